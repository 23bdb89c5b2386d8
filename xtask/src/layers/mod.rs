//! `cargo xtask layers`: who may import whom, and where files live. Reads sources; builds nothing.

mod files;
mod imports;
mod manifests;
mod paths;
mod source;
#[cfg(test)]
mod tests;

use std::{fmt, path::Path, process::ExitCode};

use crate::{
    output::{Failure, say, warn},
    surroundings::Surroundings,
    workspace,
};

/// Where sources stand.
const SOURCES: [&str; 4] = ["backends", "crates", "docs", "xtask"];

/// A place that breaks a rule of the house.
#[derive(Debug, PartialEq, Eq)]
struct Violation {
    file: String,
    line: usize,
    rule: String,
}

impl Violation {
    fn new(file: &str, line: usize, rule: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            rule: rule.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.file, self.line, self.rule)
    }
}

/// Prints every violation; fails if there is one.
pub fn run(here: &Surroundings) -> Result<ExitCode, Failure> {
    let (looked_at, found) = look(&here.root)?;
    for violation in &found {
        warn(violation);
    }
    if !found.is_empty() {
        return Err(Failure::new(format!(
            "{} places break the layers",
            found.len()
        )));
    }
    say(format_args!(
        "layers: {looked_at} files, all in their places"
    ));
    Ok(ExitCode::SUCCESS)
}

/// How many files were read, and what is wrong with them.
fn look(root: &Path) -> Result<(usize, Vec<Violation>), Failure> {
    let mut found = manifests::check(root)?;
    let mut looked_at = 0;
    for folder in SOURCES {
        for file in workspace::files(&root.join(folder))? {
            let Some(path) = file.strip_prefix(root).ok().and_then(Path::to_str) else {
                continue;
            };
            if !workspace::is_source(&file) {
                continue;
            }
            let text = workspace::read(&file)?;
            looked_at += 1;
            found.extend(files::check(path, &text, |beside| {
                root.join(beside).is_file()
            }));
            let features = features(root, path)?;
            found.extend(imports::check(path, &text, &features));
        }
    }
    Ok((looked_at, found))
}

/// The sources of a backend, apart from its `app.rs`, that name something of this feature.
pub fn users(backend: &Path, feature: &str) -> Result<Vec<String>, Failure> {
    let source = backend.join("src");
    let mut found = Vec::new();
    for file in workspace::files(&source)? {
        let Some(inside) = file.strip_prefix(&source).ok().and_then(Path::to_str) else {
            continue;
        };
        if workspace::is_source(&file)
            && inside != "app.rs"
            && imports::names(inside, &workspace::read(&file)?, feature)
        {
            found.push(inside.to_owned());
        }
    }
    Ok(found)
}

/// The features of the backend that this file belongs to: its folders with a `mod.rs`.
fn features(root: &Path, path: &str) -> Result<Vec<String>, Failure> {
    let mut parts = path.split('/');
    let (Some("backends"), Some(backend)) = (parts.next(), parts.next()) else {
        return Ok(Vec::new());
    };
    let mut folders = workspace::folders(&root.join("backends").join(backend).join("src"))?;
    folders.retain(|folder| folder.join("mod.rs").is_file());
    Ok(folders
        .iter()
        .map(|folder| workspace::name(folder).to_owned())
        .collect())
}
