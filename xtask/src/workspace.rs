//! The files of the workspace: which backends there are, which sources, and a copy to experiment on.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::output::{Doing, Failure};

/// What a copy of the workspace leaves behind.
const LEFT_BEHIND: [&str; 4] = [".git", "target", "data", "node_modules"];

/// The folders in `directory`, sorted; none if it does not exist.
pub fn folders(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    Ok(entries(directory)?
        .into_iter()
        .filter(|path| path.is_dir())
        .collect())
}

/// The backends: the folders of `backends/` with a manifest.
pub fn backends(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = folders(&root.join("backends"))?;
    found.retain(|folder| folder.join("Cargo.toml").is_file());
    Ok(found)
}

/// Every file below `directory`, sorted, without what a build leaves.
pub fn files(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut left = vec![directory.to_owned()];
    while let Some(directory) = left.pop() {
        for path in entries(&directory)? {
            if path.is_dir() {
                left.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether this is a Rust source.
pub fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

/// Copies the workspace to a fresh folder.
pub fn copy(root: &Path, to: &Path) -> Result<(), Failure> {
    if to.exists() {
        fs::remove_dir_all(to).doing(format_args!("cannot empty {}", to.display()))?;
    }
    for file in files(root)? {
        let copy = to.join(
            file.strip_prefix(root)
                .doing("a file outside of the workspace")?,
        );
        copy.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .doing("cannot make a folder")?;
        fs::copy(&file, &copy).doing(format_args!("cannot copy {}", file.display()))?;
    }
    Ok(())
}

/// The text of a file.
pub fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).doing(format_args!("cannot read {}", path.display()))
}

/// Replaces the text of a file.
pub fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<(), Failure> {
    fs::write(path, text).doing(format_args!("cannot write {}", path.display()))
}

/// The last part of a path, as text.
pub fn name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let trouble = format!("cannot look into {}", directory.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).doing(&trouble)? {
        let path = entry.doing(&trouble)?.path();
        if !path.is_symlink() && !LEFT_BEHIND.contains(&name(&path)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
