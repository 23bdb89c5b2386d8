//! Scenarios of json-server: a data file, a routes file, a static folder, and the recorded flags.

use std::{fs, process::Command};

use super::{
    candidate::Candidate,
    scenario::{Engine, Stage},
};
use crate::{
    output::{Doing, Failure},
    postgres::Postgres,
    surroundings::Surroundings,
    workspace,
};

/// Each scenario starts a candidate of its own.
pub fn arguments(stage: &Stage<'_>, underpin: &mut Command) -> Result<(), Failure> {
    underpin.args(["--start", &stage.step("start")?]);
    underpin.args(["--header", "x-powered-by"]);
    Ok(())
}

/// Writes the files of the scenario and starts a candidate with its flags. What is recorded has the original's
/// bugs, so it is asked for them: what they are mended to is tested in the backend.
pub fn start(stage: &Stage<'_>, postgres: &Postgres) -> Result<String, Failure> {
    stage.clear()?;
    let folder = stage.folder.join("scenario");
    if folder.exists() {
        fs::remove_dir_all(&folder).doing("cannot remove the last scenario")?;
    }
    fs::create_dir_all(&folder).doing("cannot make a folder for the scenario")?;
    if let Some(data) = stage.start_data()? {
        workspace::write(&folder.join("db.json"), data)?;
    }
    if let Some(routes) = Surroundings::recorded("ROUTES") {
        workspace::write(&folder.join("routes.json"), routes)?;
    }
    let recorded = Surroundings::recorded("ARGS").unwrap_or_default();
    let (flags, remark) = recorded.split_once('(').unwrap_or((&recorded, ""));
    for (name, content) in files(remark) {
        let file = folder.join(name);
        let parent = file.parent().unwrap_or(&folder);
        fs::create_dir_all(parent).doing("cannot make a folder for a static file")?;
        workspace::write(&file, content)?;
    }
    // Everything beside the data file is named as it lies in the folder.
    let data = folder.join("db.json").display().to_string();
    let flags: Vec<String> = flags
        .split_whitespace()
        .filter(|word| *word != "db.json")
        .map(|word| {
            let file = folder.join(word);
            if file.exists() {
                file.display().to_string()
            } else {
                word.to_owned()
            }
        })
        .collect();
    let dialect = if stage.recording.to_string_lossy().contains("-v0") {
        "v0"
    } else {
        "v1"
    };
    let mut candidate = Candidate::new(&stage.program())
        .args(["serve", data.as_str(), "--dialect", dialect, "--strict"])
        .args(flags.iter().map(String::as_str));
    if stage.engine == Engine::Postgres {
        candidate = candidate.envs(&[stage.database(postgres)?]);
    }
    candidate.start(&stage.folder)
}

/// The files of a remark such as `www/ holds hello.txt="hi" and posts/x.html="shadow"`.
fn files(remark: &str) -> Vec<(String, String)> {
    let Some((folder, rest)) = remark.split_once(" holds ") else {
        return Vec::new();
    };
    let mut files = Vec::new();
    let mut pieces = rest.split('"');
    while let (Some(before), Some(content)) = (pieces.next(), pieces.next()) {
        let name = before
            .rsplit(' ')
            .next()
            .and_then(|word| word.strip_suffix('='));
        files.extend(name.map(|name| (format!("{folder}{name}"), content.to_owned())));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::files;

    #[test]
    fn a_remark_names_files() {
        let found = files("www/ holds hello.txt=\"hi\" and posts/x.html=\"a b\")");
        let expected = [("www/hello.txt", "hi"), ("www/posts/x.html", "a b")];
        assert_eq!(
            found,
            expected.map(|(name, text)| (name.to_owned(), text.to_owned()))
        );
        assert!(files("").is_empty());
    }
}
