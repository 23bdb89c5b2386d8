//! A copy of the target before anything is written, checked before it counts.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, params};
use sha2::{Digest as _, Sha256};
use tokio::task;

use super::statements::Target;
use crate::{Result, StartError, db::Db};

/// Copies the whole SQLite file, or the rows of the target's table from a server, into `directory`.
pub(super) async fn make(db: &Db, target: &Target, directory: &Path, run: &str) -> Result<PathBuf> {
    fs::create_dir_all(directory).map_err(|error| trouble(directory, &error.to_string()))?;
    let table = target.table.name;
    let Some(source) = db.file() else {
        let path = directory.join(format!("{table}-before-{run}.ndjson"));
        rows(db, target, &path).await?;
        return Ok(path);
    };
    let path = directory.join(format!("{table}-before-{run}.db"));
    let (source, copy) = (source.to_owned(), path.clone());
    let name = format!("\"{}\"", table.replace('"', "\"\""));
    let copying = task::spawn_blocking(move || whole_file(&source, &copy, &name));
    copying.await??;
    Ok(path)
}

/// Where copies go if nobody says: beside a SQLite file, or below the working directory.
pub(super) fn default_directory(db: &Db) -> PathBuf {
    let beside = db.file().and_then(Path::parent);
    beside.unwrap_or(Path::new("")).join("backups")
}

/// `VACUUM INTO` reads in one transaction: a consistent copy, whoever writes meanwhile.
fn whole_file(source: &Path, path: &Path, table: &str) -> Result<()> {
    let partial = partial(path);
    let _ = fs::remove_file(&partial);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(source, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(30))?;
    private(&partial)?;
    connection.execute("VACUUM INTO ?1", params![partial.to_string_lossy()])?;
    let copy = Connection::open_with_flags(&partial, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let sound: String = copy.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    let count = format!("SELECT count(*) FROM {table}");
    let rows = |of: &Connection| of.query_row(&count, [], |row| row.get::<_, i64>(0));
    if sound != "ok" || rows(&copy).is_err() {
        return Err(trouble(&partial, "the copy is damaged").into());
    }
    drop(copy);
    complete(&partial, path)
}

async fn rows(db: &Db, target: &Target, path: &Path) -> Result<()> {
    let partial = partial(path);
    let mut file = BufWriter::new(private(&partial)?);
    let (mut written, mut count) = (Sha256::new(), 0_u64);
    let mut snapshot = db.snapshot().await?;
    let expected = target.count(&mut snapshot).await?;
    let mut rows = target.whole().stream::<String>(&mut snapshot).await?;
    while let Some(batch) = rows.next_batch().await? {
        for row in batch {
            written.update(&row);
            written.update("\n");
            writeln!(file, "{row}")?;
            count += 1;
        }
    }
    file.flush()?;
    drop(file);
    let (read, lines) = fingerprint(&partial)?;
    if count != expected || lines != count || read != written.finalize().to_vec() {
        return Err(trouble(&partial, "the copy is not what was written").into());
    }
    complete(&partial, path)
}

/// What really stands in the file.
fn fingerprint(path: &Path) -> Result<(Vec<u8>, u64)> {
    let mut reader = BufReader::new(File::open(path)?);
    let (mut digest, mut lines) = (Sha256::new(), 0);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        digest.update(&line);
        lines += 1;
        line.clear();
    }
    Ok((digest.finalize().to_vec(), lines))
}

fn partial(path: &Path) -> PathBuf {
    path.with_extension("partial")
}

/// On the disk, and only then under its name.
fn complete(partial: &Path, path: &Path) -> Result<()> {
    File::open(partial)?.sync_all()?;
    fs::rename(partial, path)?;
    Ok(())
}

/// A new file that nobody else may read.
fn private(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
        .open(path)
        .map_err(|error| trouble(path, &error.to_string()).into())
}

fn trouble(path: &Path, problem: &str) -> StartError {
    StartError::new(
        path.display().to_string(),
        format!("the backup cannot be made: {problem}"),
        "Nothing was written. Name another directory with --backups.",
    )
}
