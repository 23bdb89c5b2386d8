//! Where files live and how they begin.

use super::Violation;

/// Names that say nothing; what gathers under them belongs somewhere.
const EMPTY_NAMES: [&str; 7] = [
    "common",
    "helper",
    "helpers",
    "misc",
    "util",
    "utilities",
    "utils",
];

/// Checks one source. `exists` tells whether there is a file at a path from the root.
pub fn check(path: &str, text: &str, exists: impl Fn(&str) -> bool) -> Vec<Violation> {
    let mut found = Vec::new();
    let first = text.lines().next().unwrap_or_default();
    if !first.starts_with("//! ") {
        let rule = "the first line says what this room is for and what stays out: `//! …`";
        found.push(Violation::new(path, 1, rule));
    }
    let module = path.trim_end_matches(".rs");
    if let Some(empty) = module.split('/').find(|part| EMPTY_NAMES.contains(part)) {
        let rule = format!("`{empty}` says nothing; name it after what it does");
        found.push(Violation::new(path, 1, rule));
    }
    let Some((source, inside)) = split_source(path) else {
        return found;
    };
    if exists(&format!("{module}/mod.rs")) {
        let rule =
            format!("this stands beside the folder {module}/; its place is the mod.rs there");
        found.push(Violation::new(path, 1, rule));
    }
    let in_folder = inside.rsplit_once('/').map(|(folder, _)| folder);
    if let Some(folder) = in_folder.filter(|folder| !exists(&format!("{source}{folder}/mod.rs"))) {
        let rule = format!("the folder {folder}/ has no mod.rs");
        found.push(Violation::new(path, 1, rule));
    }
    found
}

/// `crates/x/src/` and the rest; none for tests and examples, which have rules of cargo's.
fn split_source(path: &str) -> Option<(&str, &str)> {
    let at = path.find("/src/")? + "/src/".len();
    Some(path.split_at(at)).filter(|(_, inside)| !inside.starts_with("bin/"))
}
