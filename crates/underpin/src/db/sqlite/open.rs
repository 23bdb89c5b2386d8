//! Opening a SQLite file: the settings of every connection, and the switch to WAL.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::functions;

use crate::{
    StartError,
    db::{DbConfig, Durability},
};

/// Statements kept prepared per connection.
const PREPARED: usize = 128;

/// A connection that may write. The first one makes the file and switches it to WAL.
pub(in crate::db) fn writer(path: &Path, config: &DbConfig) -> Result<Connection, StartError> {
    if let Some(directory) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        fs::create_dir_all(directory).map_err(|error| complaint(path, &error))?;
    }
    make_private(path);
    let flags = OpenFlags::SQLITE_OPEN_CREATE;
    let connection = open(path, flags, config).map_err(|error| complaint(path, &error))?;
    to_wal(&connection, path, config.wait_timeout)?;
    Ok(connection)
}

/// A new file is for its owner alone, as are those that SQLite makes beside it: it may hold what users keep from each
/// other, and hashes of passwords. SQLite would ask nothing but the umask.
fn make_private(path: &Path) {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // It is there already, or SQLite says better why it cannot be.
    let _ = options.open(path);
}

/// A connection that may only read, of a file that [`writer`] has opened before.
pub(super) fn reader(path: &Path, config: &DbConfig) -> rusqlite::Result<Connection> {
    let connection = open(path, OpenFlags::empty(), config)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// A reader of a great part of the file, once: it leaves neither the file nor its pages in memory.
pub(super) fn snapshot(path: &Path, config: &DbConfig) -> rusqlite::Result<Connection> {
    let connection = reader(path, config)?;
    connection.pragma_update_and_check(None, "mmap_size", 0, |_| Ok(()))?;
    connection.pragma_update(None, "cache_size", -2_048)?;
    Ok(connection)
}

fn open(path: &Path, more: OpenFlags, config: &DbConfig) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(config.wait_timeout)?;
    let synchronous = match config.durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // Negative: in KiB instead of pages.
    connection.pragma_update(None, "cache_size", -i64::from(config.page_cache / 1024))?;
    let mapped = i64::try_from(config.mapped).unwrap_or(i64::MAX);
    connection.pragma_update_and_check(None, "mmap_size", mapped, |_| Ok(()))?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 1000, |_| Ok(()))?;
    // Otherwise SQLite, where it has statistics, plans a statement anew for each value that is bound to it.
    connection.set_db_config(
        rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG,
        true,
    )?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    functions::add(&connection)?;
    Ok(connection)
}

/// When two programs open a new file at once, one of them finds it locked whatever the busy timeout.
fn to_wal(connection: &Connection, path: &Path, patience: Duration) -> Result<(), StartError> {
    let until = Instant::now() + patience;
    loop {
        let mode = connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match mode {
            Ok(mode) if mode.eq_ignore_ascii_case("wal") => return Ok(()),
            Ok(mode) => {
                return Err(StartError::new(
                    path.display().to_string(),
                    format!("this file system cannot keep a SQLite database (journal mode {mode})"),
                    "Put the file on a local disk, not on a network file system.",
                ));
            }
            Err(error) if is_busy(&error) && Instant::now() < until => {
                thread::sleep(Duration::from_millis(10));
            }
            Err(error) => return Err(complaint(path, &error)),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(
        code,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

pub(super) fn complaint(path: &Path, error: &dyn std::error::Error) -> StartError {
    StartError::new(
        format!("database file {}", path.display()),
        format!("cannot be opened: {error}"),
        "Check the path and that this user may write the file and its directory.",
    )
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;
    use crate::db::DbUrl;

    #[cfg(unix)]
    #[test]
    fn a_new_file_is_for_its_owner_and_one_that_is_there_stays_as_it_is() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let [new, old] = ["new.db", "old.db"].map(|name| directory.path().join(name));
        fs::write(&old, "").unwrap();
        fs::set_permissions(&old, fs::Permissions::from_mode(0o640)).unwrap();
        for (path, expected) in [(new, 0o600), (old, 0o640)] {
            let config = DbConfig::new(DbUrl::Sqlite(path.clone()));
            let connection = writer(&path, &config).unwrap();
            connection.execute_batch("CREATE TABLE t (x)").unwrap();
            for file in [path.clone(), path.with_extension("db-wal")] {
                let mode = fs::metadata(&file).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, expected, "{}", file.display());
            }
        }
    }

    #[test]
    fn a_statement_is_planned_once_whatever_is_bound_to_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("planned.db");
        let config = DbConfig::new(DbUrl::Sqlite(path.clone()));
        let connection = writer(&path, &config).unwrap();
        let things = "CREATE TABLE things (name TEXT, size INTEGER);
            CREATE INDEX named ON things (name);
            WITH RECURSIVE sizes (size) AS (SELECT 1 UNION ALL SELECT size + 1 FROM sizes WHERE size < 1000)
            INSERT INTO things SELECT size % 7, size FROM sizes;
            ANALYZE;";
        connection.execute_batch(things).unwrap();
        let mut statement = connection
            .prepare("SELECT size FROM things WHERE name = $1")
            .unwrap();
        for name in ["1", "2", "3"] {
            assert!(statement.exists([name]).unwrap());
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
