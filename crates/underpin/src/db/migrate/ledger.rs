//! The table that records which migrations a database has: `_underpin_migrations`.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{Engine, Script};
use crate::{
    StartError,
    db::{DecodeError, FromRow, RowRef, row::Columns},
};

/// One row of the table.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    pub(super) number: i64,
    pub(super) name: String,
    pub(super) checksum: String,
    /// Microseconds since 1970; `None` while a migration without a transaction runs.
    pub(super) applied_at: Option<i64>,
}

impl FromRow for Recorded {
    const COLUMNS: Columns = Columns::Positional(4);

    fn from_row(row: &RowRef<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            number: row.get(0)?,
            name: row.get(1)?,
            checksum: row.get(2)?,
            applied_at: row.get(3)?,
        })
    }
}

/// The same text makes it on both engines.
pub(super) const CREATE: &str = "CREATE TABLE IF NOT EXISTS _underpin_migrations (\
     number bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at bigint)";

pub(super) const SELECT: &str =
    "SELECT number, name, checksum, applied_at FROM _underpin_migrations ORDER BY number";

pub(super) const INSERT: &str =
    "INSERT INTO _underpin_migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)";

pub(super) const FINISH: &str = "UPDATE _underpin_migrations SET applied_at = $2 WHERE number = $1";

pub(super) const DELETE: &str = "DELETE FROM _underpin_migrations WHERE number = $1";

/// One row if the table is there.
pub(super) fn exists(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_underpin_migrations'"
        }
        Engine::Postgres => {
            "SELECT 1::bigint WHERE to_regclass('_underpin_migrations') IS NOT NULL"
        }
    }
}

/// A fingerprint of the way up. Line ends do not count: version control may turn them.
pub(super) fn checksum(script: Script) -> String {
    let digest = Sha256::digest(script.up.replace("\r\n", "\n"));
    format!("{:x}", Bytes::copy_from_slice(&digest))
}

pub(super) fn complaint(problem: &str) -> StartError {
    StartError::new(
        "database schema",
        format!("the record of migrations cannot be read: {problem}"),
        "Check the table `_underpin_migrations` and what this user may do.",
    )
}
