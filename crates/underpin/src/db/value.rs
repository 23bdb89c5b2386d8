//! What is bound to a statement: one set of types for both engines. How they are encoded is the engines' affair.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// A value on its way into the database.
///
/// A newtype joins in with `impl From<NoteId> for Value`.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL's NULL.
    Null,
    /// `boolean`; 0 or 1 on SQLite.
    Bool(bool),
    /// `int2`, `int4` or `int8`, by the parameter's type; its range is checked.
    Integer(i64),
    /// `float4` or `float8`. SQLite refuses NaN, which it would keep as NULL.
    Float(f64),
    /// Any text type, an enum, `citext`.
    Text(String),
    /// `timestamptz`, or `timestamp` in UTC; microseconds since 1970 on SQLite. Finer parts are cut.
    Instant(DateTime<Utc>),
    /// `date`; `YYYY-MM-DD` on SQLite.
    Date(NaiveDate),
    /// `uuid`; lower-case text on SQLite.
    Uuid(Uuid),
    /// `bytea`; BLOB on SQLite.
    Bytes(Vec<u8>),
    /// `json` or `jsonb`; text on SQLite.
    Json(serde_json::Value),
    /// `text[]` or `varchar[]`; a JSON array as text on SQLite.
    Texts(Vec<String>),
}

macro_rules! value_from {
    ($($type:ty => |$value:ident| $made:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $made
            }
        }
    )*};
}

value_from! {
    bool => |value| Self::Bool(value);
    i16 => |value| Self::Integer(value.into());
    i32 => |value| Self::Integer(value.into());
    i64 => |value| Self::Integer(value);
    u32 => |value| Self::Integer(value.into());
    f64 => |value| Self::Float(value);
    String => |value| Self::Text(value);
    &String => |value| Self::Text(value.clone());
    &str => |value| Self::Text(value.to_owned());
    DateTime<Utc> => |value| Self::Instant(value);
    NaiveDate => |value| Self::Date(value);
    Uuid => |value| Self::Uuid(value);
    Vec<u8> => |value| Self::Bytes(value);
    &[u8] => |value| Self::Bytes(value.to_vec());
    serde_json::Value => |value| Self::Json(value);
    Vec<String> => |value| Self::Texts(value);
    &[String] => |value| Self::Texts(value.to_vec());
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
