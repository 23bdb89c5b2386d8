//! Where the programs of an installed PostgreSQL are.

use std::path::{Path, PathBuf};

use crate::{surroundings::Surroundings, workspace};

/// Where Debian and its kin keep a folder for each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The folder of the programs: that of the `initdb` on the `PATH`, else the newest version installed.
pub fn find(here: &Surroundings) -> Option<PathBuf> {
    let on_path = here
        .program("initdb")
        .and_then(|initdb| initdb.canonicalize().ok());
    let on_path = on_path.and_then(|initdb| initdb.parent().map(Path::to_owned));
    let mut versions = workspace::folders(Path::new(VERSIONS)).unwrap_or_default();
    versions.sort_by_key(|folder| workspace::name(folder).parse::<u32>().unwrap_or(0));
    let installed = versions.into_iter().rev().map(|folder| folder.join("bin"));
    on_path
        .into_iter()
        .chain(installed)
        .find(|folder| is_whole(folder))
}

fn is_whole(folder: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"]
        .iter()
        .all(|program| folder.join(program).is_file())
}
