//! Code in documents is taken from files that are compiled. Only tests live here.

use std::path::Path;

use crate::workspace;

/// Stands above a block: `<!-- from PATH -->`.
const MARK: (&str, &str) = ("<!-- from ", " -->");

/// The blocks of a Markdown text that are code, each with the path in the line above, if there is one.
fn blocks(text: &str) -> Vec<(Option<&str>, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    let mut above = "";
    while let Some(line) = lines.next() {
        if matches!(line, "```rust" | "```sql") {
            let code: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let path = above
                .strip_prefix(MARK.0)
                .and_then(|rest| rest.strip_suffix(MARK.1));
            found.push((path, code.join("\n")));
        }
        above = line;
    }
    found
}

/// Why a block is not what the file at its path says.
fn fault(root: &Path, (path, code): &(Option<&str>, String)) -> Option<String> {
    let Some(path) = path else {
        return Some(format!("no `<!-- from PATH -->` above:\n{code}"));
    };
    let file = workspace::read(&root.join(path)).map_err(|failure| failure.to_string());
    match file {
        Err(failure) => Some(failure),
        Ok(file) if file.contains(code.as_str()) => None,
        Ok(_) => Some(format!("{path} does not contain:\n{code}")),
    }
}

#[test]
fn code_in_documents_is_that_of_the_files() {
    let here = crate::surroundings::Surroundings::look().unwrap();
    let mut documents = vec![here.root.join("README.md")];
    documents.extend(workspace::files(&here.root.join("docs")).unwrap());
    documents.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    let mut seen = 0;
    for document in documents {
        let text = workspace::read(&document).unwrap();
        for block in blocks(&text) {
            seen += 1;
            let fault = fault(&here.root, &block);
            assert!(
                fault.is_none(),
                "{}: {}",
                document.display(),
                fault.unwrap_or_default()
            );
        }
    }
    assert!(seen > 0, "no document shows code");
}

#[test]
fn a_block_that_drifted_is_noticed() {
    let here = crate::surroundings::Surroundings::look().unwrap();
    let told = |text: &str| fault(&here.root, &blocks(text)[0]);
    assert!(
        told("```rust\nfn main() {}\n```")
            .unwrap()
            .starts_with("no `<!-- from")
    );
    let marked = |code| format!("<!-- from xtask/src/main.rs -->\n```rust\n{code}\n```");
    assert!(
        told(&marked("mod drifted;"))
            .unwrap()
            .contains("does not contain")
    );
    assert_eq!(told(&marked("mod drill;\nmod layers;")), None);
}
