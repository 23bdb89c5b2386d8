//! What the database refused, in words that are the same for both engines.

use std::fmt;

use crate::Error;

/// What kind of refusal it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DbErrorKind {
    /// A unique index or primary key holds that value already.
    Unique,
    /// A row refers to another that is not there, or is still referred to.
    ForeignKey,
    /// A check constraint, or the declared type of a `STRICT` table, says no.
    Check,
    /// A value is missing where the column demands one.
    NotNull,
    /// Text does not fit `varchar(n)` (PostgreSQL only: SQLite has no such limit).
    TooLong,
    /// A number does not fit the column or parameter.
    OutOfRange,
    /// Text that the engine cannot keep: a NUL character in PostgreSQL.
    InvalidText,
    /// The database cannot be reached, or is not taking more work now.
    Unavailable,
    /// Someone else held the lock for too long.
    Busy,
    /// The statement or transaction ran longer than it may.
    Timeout,
    /// Two transactions collided; the same work may succeed when repeated.
    Serialization,
    /// A statement changed another number of rows than it had to: [`Query::must_change`](super::Query::must_change).
    Unmet,
    /// Anything else: wrong SQL, a missing table, a fault of this program.
    Other,
}

/// A refusal by the database, or by the driver on its way there. Never holds bound values
/// beyond those that the engine itself put into its message.
#[derive(Clone, Debug)]
pub struct DbError {
    /// What kind of refusal it was.
    pub kind: DbErrorKind,
    /// The constraint, where the engine names it; on SQLite `table.column` for unique and not-null.
    pub constraint: Option<String>,
    /// The engine's words, for the log.
    pub message: String,
}

impl DbError {
    pub(crate) fn new(kind: DbErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            constraint: None,
            message: message.into(),
        }
    }

    /// Whether the same call may succeed a little later.
    pub fn is_transient(&self) -> bool {
        matches!(
            self.kind,
            DbErrorKind::Unavailable
                | DbErrorKind::Busy
                | DbErrorKind::Timeout
                | DbErrorKind::Serialization
        )
    }

    /// 503 for what may pass, 500 for the rest.
    pub(crate) fn into_error(self) -> Error {
        if self.is_transient() {
            Error::unavailable(self)
        } else {
            Error::internal(self)
        }
    }
}

impl fmt::Display for DbError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for DbError {}

impl Error {
    /// The kind of database refusal behind this error, if one is.
    pub fn database_kind(&self) -> Option<DbErrorKind> {
        self.source_as::<DbError>().map(|error| error.kind)
    }

    /// Whether the database refused because a unique value is taken.
    pub fn violates_unique(&self) -> bool {
        self.database_kind() == Some(DbErrorKind::Unique)
    }
}
