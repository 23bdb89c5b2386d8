//! With `--auth` the database holds the hashes of all passwords: it must not lie among the files that are served.

use std::{
    fs,
    path::{Path, PathBuf},
};

use underpin::{Context, Error, Result, StartError, db::DbUrl};

use super::Options;

/// What is served where nothing is named.
const USUAL_STATIC: &str = "public";

/// Complains if `file` lies in a directory that is served.
pub fn refuse(options: &Options, file: &Path) -> Result<(), StartError> {
    let Some(directory) = served_with(options, file) else {
        return Ok(());
    };
    Err(StartError::new(
        directory.display().to_string(),
        "would be served with the database in it, and with it the hashes of all passwords",
        "Move the database or the data file out of it, or name another with --static.",
    ))
}

/// The same of the database that `DATABASE_URL` names.
pub async fn at_start(context: Context) -> Result<()> {
    let options = context.get::<Options>().map_err(Error::internal)?;
    match context.find::<DbUrl>().as_deref() {
        Some(DbUrl::Sqlite(path)) => refuse(&options, path).map_err(Error::internal),
        _ => Ok(()),
    }
}

fn served_with<'o>(options: &'o Options, file: &Path) -> Option<&'o Path> {
    let file = fs::canonicalize(file).ok()?;
    let named = options.static_directories.iter().map(PathBuf::as_path);
    let mut all = named.chain([Path::new(USUAL_STATIC)]);
    all.find(|directory| {
        let directory = fs::canonicalize(directory);
        directory.is_ok_and(|directory| file.starts_with(directory))
    })
}
