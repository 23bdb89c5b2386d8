//! The tables that record which migrations a database has: the backend's and, apart, the framework's own.

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

/// Which table records a set of migrations, as the statements that use it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ledger {
    pub(super) table: &'static str,
    /// The same text makes it on both engines.
    pub(super) create: &'static str,
    pub(super) select: &'static str,
    pub(super) insert: &'static str,
    pub(super) begin_undo: &'static str,
    pub(super) finish: &'static str,
    pub(super) delete: &'static str,
    exists_sqlite: &'static str,
    exists_postgres: &'static str,
}

macro_rules! ledger {
    ($table:literal) => {
        Ledger {
            table: $table,
            create: concat!(
                "CREATE TABLE IF NOT EXISTS ",
                $table,
                " (number bigint PRIMARY KEY, ",
                "name text NOT NULL, checksum text NOT NULL, applied_at bigint)"
            ),
            select: concat!(
                "SELECT number, name, checksum, applied_at FROM ",
                $table,
                " ORDER BY number"
            ),
            insert: concat!(
                "INSERT INTO ",
                $table,
                " (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)"
            ),
            begin_undo: concat!(
                "UPDATE ",
                $table,
                " SET applied_at = NULL WHERE number = $1"
            ),
            finish: concat!("UPDATE ", $table, " SET applied_at = $2 WHERE number = $1"),
            delete: concat!("DELETE FROM ", $table, " WHERE number = $1"),
            exists_sqlite: concat!(
                "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '",
                $table,
                "'"
            ),
            exists_postgres: concat!(
                "SELECT 1::bigint WHERE to_regclass('",
                $table,
                "') IS NOT NULL"
            ),
        }
    };
}

/// The backend's own migrations.
pub(super) static APP: Ledger = ledger!("_underpin_migrations");

/// Those of the framework's tables for jobs: they are numbered apart from any backend's.
pub(super) static JOBS: Ledger = ledger!("_underpin_jobs_migrations");

impl Ledger {
    /// One row if the table is there.
    pub(super) fn exists(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.exists_sqlite,
            Engine::Postgres => self.exists_postgres,
        }
    }

    pub(super) fn complaint(&self, problem: &str) -> StartError {
        StartError::new(
            "database schema",
            format!("the record of migrations cannot be read: {problem}"),
            format!(
                "Check the table `{}` and what this user may do.",
                self.table
            ),
        )
    }
}

/// A fingerprint of the way up. Line ends do not count: version control may turn them.
pub(super) fn checksum(script: Script) -> String {
    let digest = Sha256::digest(script.up.replace("\r\n", "\n"));
    format!("{:x}", Bytes::copy_from_slice(&digest))
}
