//! One column of a row, borrowed from the driver, and the Rust types that can be read from it.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::postgres::TextArray;

/// A column's content as the driver holds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Column<'r> {
    /// SQL's NULL.
    Null,
    /// `boolean` of PostgreSQL; SQLite has integers instead.
    Bool(bool),
    /// Any integer type.
    Integer(i64),
    /// Any floating type.
    Float(f64),
    /// Any text type or enum.
    Text(&'r str),
    /// `timestamptz`, or `timestamp` read as UTC; SQLite has integers instead.
    Instant(DateTime<Utc>),
    /// `date`; SQLite has text instead.
    Date(NaiveDate),
    /// `uuid`; SQLite has text instead.
    Uuid(Uuid),
    /// `bytea` or BLOB.
    Bytes(&'r [u8]),
    /// `json` or `jsonb`, still as text; SQLite has text instead.
    Json(&'r str),
    /// `text[]` and its kin; SQLite has JSON text instead.
    Texts(TextArray<'r>),
}

impl Column<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Text(_) => "text",
            Self::Instant(_) => "an instant",
            Self::Date(_) => "a date",
            Self::Uuid(_) => "a UUID",
            Self::Bytes(_) => "bytes",
            Self::Json(_) => "JSON",
            Self::Texts(_) => "a list of texts",
        }
    }
}

/// Can be read from a column.
///
/// A newtype joins in by delegating: `Ok(Self(String::from_value(column)?))`.
pub trait FromValue: Sized {
    /// Reads it; an error says what stood there instead.
    fn from_value(column: Column<'_>) -> Result<Self, Mismatch>;
}

/// The column holds something else than was asked for. Never holds the value itself.
#[derive(Clone, Debug)]
pub struct Mismatch(String);

impl Mismatch {
    /// The column's content cannot be a value of the type, because of `problem`.
    pub fn new(problem: impl Into<String>) -> Self {
        Self(problem.into())
    }

    #[cold]
    fn expected(wanted: &str, found: &Column<'_>) -> Self {
        Self(format!("expected {wanted}, found {}", found.kind()))
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(column: Column<'_>) -> Result<Self, Mismatch> {
        match column {
            Column::Null => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }
}

macro_rules! from_value {
    ($type:ty, $wanted:literal, $($pattern:pat => $made:expr),+) => {
        impl FromValue for $type {
            fn from_value(column: Column<'_>) -> Result<Self, Mismatch> {
                match column {
                    $($pattern => $made,)+
                    other => Err(Mismatch::expected($wanted, &other)),
                }
            }
        }
    };
}

from_value!(bool, "a boolean",
    Column::Bool(value) => Ok(value),
    Column::Integer(value @ (0 | 1)) => Ok(value == 1));
from_value!(i64, "an integer", Column::Integer(value) => Ok(value));
from_value!(i32, "an integer", Column::Integer(value) => narrowed(value));
from_value!(i16, "an integer", Column::Integer(value) => narrowed(value));
from_value!(u32, "an integer", Column::Integer(value) => narrowed(value));
from_value!(f64, "a float", Column::Float(value) => Ok(value));
from_value!(String, "text",
    Column::Text(value) => Ok(value.to_owned()),
    Column::Uuid(value) => Ok(value.to_string()));
from_value!(Vec<u8>, "bytes", Column::Bytes(value) => Ok(value.to_vec()));
from_value!(DateTime<Utc>, "an instant",
    Column::Instant(value) => Ok(value),
    Column::Integer(micros) => DateTime::from_timestamp_micros(micros)
        .ok_or_else(|| Mismatch::new("the instant lies beyond the calendar")));
from_value!(NaiveDate, "a date",
    Column::Date(value) => Ok(value),
    Column::Text(value) => value.parse().map_err(|_| Mismatch::new("the text is not a date")));
from_value!(Uuid, "a UUID",
    Column::Uuid(value) => Ok(value),
    Column::Text(value) => Uuid::try_parse(value).map_err(|_| Mismatch::new("the text is not a UUID")));
from_value!(Vec<String>, "a list of texts",
    Column::Texts(value) => value.read(),
    Column::Text(value) => serde_json::from_str(value)
        .map_err(|_| Mismatch::new("the text is not a JSON list of texts")));
from_value!(serde_json::Value, "JSON",
    Column::Json(value) | Column::Text(value) => serde_json::from_str(value)
        .map_err(|_| Mismatch::new("the text is not JSON")));

/// Whatever stands there, as a value that could be bound again.
impl FromValue for super::Value {
    fn from_value(column: Column<'_>) -> Result<Self, Mismatch> {
        Ok(match column {
            Column::Null => Self::Null,
            Column::Bool(value) => Self::Bool(value),
            Column::Integer(value) => Self::Integer(value),
            Column::Float(value) => Self::Float(value),
            Column::Text(value) => Self::Text(value.to_owned()),
            Column::Instant(value) => Self::Instant(value),
            Column::Date(value) => Self::Date(value),
            Column::Uuid(value) => Self::Uuid(value),
            Column::Bytes(value) => Self::Bytes(value.to_vec()),
            Column::Json(_) => Self::Json(serde_json::Value::from_value(column)?),
            Column::Texts(_) => Self::Texts(Vec::from_value(column)?),
        })
    }
}

fn narrowed<T: TryFrom<i64>>(value: i64) -> Result<T, Mismatch> {
    T::try_from(value).map_err(|_| Mismatch::new("the integer does not fit the Rust type"))
}
