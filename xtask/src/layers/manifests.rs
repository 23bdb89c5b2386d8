//! Which packages may depend on which: nothing in `crates/` on a backend, no backend on another.

use std::path::Path;

use super::Violation;
use crate::{output::Failure, workspace};

/// Checks the manifests of `crates/` and `backends/`.
pub fn check(root: &Path) -> Result<Vec<Violation>, Failure> {
    let backends = workspace::backends(root)?;
    let names: Vec<&str> = backends
        .iter()
        .map(|folder| workspace::name(folder))
        .collect();
    let mut found = Vec::new();
    for folder in workspace::folders(&root.join("crates"))?
        .iter()
        .chain(&backends)
    {
        let manifest = folder.join("Cargo.toml");
        let Some(path) = manifest.strip_prefix(root).ok().and_then(Path::to_str) else {
            continue;
        };
        found.extend(foreign(path, &workspace::read(&manifest)?, &names));
    }
    Ok(found)
}

/// The lines of a manifest that make a backend a dependency.
pub fn foreign(path: &str, manifest: &str, backends: &[&str]) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut among_dependencies = false;
    for (index, line) in manifest.lines().enumerate() {
        let line = line.trim();
        let mut named = line
            .split(['=', '.', ' '])
            .next()
            .unwrap_or_default()
            .trim_matches('"');
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            among_dependencies = table.contains("dependencies");
            named = table
                .rsplit_once("dependencies.")
                .map_or("", |(_, name)| name);
        }
        let from_path = line.contains("path") && line.contains("backends/");
        if among_dependencies && (backends.contains(&named) || from_path) {
            let rule = format!("nothing depends on a backend: {line}");
            found.push(Violation::new(path, index + 1, rule));
        }
    }
    found
}
