//! Values in SQLite's five storage classes, and its errors in our words.

use rusqlite::{
    ErrorCode, ToSql,
    types::{ToSqlOutput, Value as Stored, ValueRef},
};

use crate::db::{
    DbError, DbErrorKind,
    column::{Column, Mismatch},
    value::Value,
};

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let owned = |text: String| Ok(ToSqlOutput::Owned(Stored::Text(text)));
        let borrowed = |value| Ok(ToSqlOutput::Borrowed(value));
        match self {
            Self::Null => borrowed(ValueRef::Null),
            Self::Bool(value) => borrowed(ValueRef::Integer((*value).into())),
            Self::Integer(value) => borrowed(ValueRef::Integer(*value)),
            Self::Float(value) if value.is_nan() => {
                let error = DbError::new(DbErrorKind::OutOfRange, "SQLite cannot keep NaN");
                Err(rusqlite::Error::ToSqlConversionFailure(error.into()))
            }
            Self::Float(value) => borrowed(ValueRef::Real(*value)),
            Self::Text(value) => borrowed(ValueRef::Text(value.as_bytes())),
            Self::Instant(value) => borrowed(ValueRef::Integer(value.timestamp_micros())),
            Self::Date(value) => owned(value.to_string()),
            Self::Uuid(value) => owned(value.as_hyphenated().to_string()),
            Self::Bytes(value) => borrowed(ValueRef::Blob(value)),
            Self::Json(value) => owned(value.to_string()),
            Self::Texts(values) => owned(serde_json::Value::from(values.as_slice()).to_string()),
        }
    }
}

pub(in crate::db) fn column<'r>(
    row: &'r rusqlite::Row<'_>,
    at: usize,
) -> Result<Column<'r>, Mismatch> {
    match row.get_ref(at) {
        Ok(ValueRef::Null) => Ok(Column::Null),
        Ok(ValueRef::Integer(value)) => Ok(Column::Integer(value)),
        Ok(ValueRef::Real(value)) => Ok(Column::Float(value)),
        Ok(ValueRef::Blob(value)) => Ok(Column::Bytes(value)),
        Ok(ValueRef::Text(value)) => std::str::from_utf8(value)
            .map(Column::Text)
            .map_err(|_| Mismatch::new("the text is not UTF-8")),
        Err(_) => Err(Mismatch::new("there is no such column")),
    }
}

/// SQLite's extended result codes for constraints (sqlite.org/rescode.html).
mod constraint {
    pub(super) const CHECK: i32 = 275;
    pub(super) const FOREIGN_KEY: i32 = 787;
    pub(super) const NOT_NULL: i32 = 1299;
    pub(super) const PRIMARY_KEY: i32 = 1555;
    pub(super) const UNIQUE: i32 = 2067;
    pub(super) const ROWID: i32 = 2579;
    pub(super) const DATATYPE: i32 = 3091;
}

pub(super) fn refusal(error: rusqlite::Error) -> DbError {
    match error {
        rusqlite::Error::SqliteFailure(failure, message) => {
            let kind = kind(failure.code, failure.extended_code);
            let message = message.unwrap_or_else(|| failure.to_string());
            let constraint = (failure.code == ErrorCode::ConstraintViolation)
                .then(|| message.split_once(": ").map(|(_, name)| name.to_owned()))
                .flatten();
            DbError {
                kind,
                constraint,
                message,
            }
        }
        rusqlite::Error::SqlInputError { msg, .. } => DbError::new(DbErrorKind::Other, msg),
        rusqlite::Error::ToSqlConversionFailure(source) => match source.downcast::<DbError>() {
            Ok(error) => *error,
            Err(source) => DbError::new(DbErrorKind::Other, source.to_string()),
        },
        other => DbError::new(DbErrorKind::Other, other.to_string()),
    }
}

fn kind(code: ErrorCode, extended: i32) -> DbErrorKind {
    match (code, extended) {
        (_, constraint::UNIQUE | constraint::PRIMARY_KEY | constraint::ROWID) => {
            DbErrorKind::Unique
        }
        (_, constraint::FOREIGN_KEY) => DbErrorKind::ForeignKey,
        (_, constraint::NOT_NULL) => DbErrorKind::NotNull,
        (_, constraint::CHECK | constraint::DATATYPE) => DbErrorKind::Check,
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => DbErrorKind::Busy,
        (ErrorCode::OperationInterrupted, _) => DbErrorKind::Timeout,
        (ErrorCode::TooBig, _) => DbErrorKind::TooLong,
        (ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::CannotOpen, _) => {
            DbErrorKind::Unavailable
        }
        _ => DbErrorKind::Other,
    }
}
