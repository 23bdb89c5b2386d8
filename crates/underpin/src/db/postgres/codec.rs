//! Values in PostgreSQL's binary format, encoded by the parameter's type, and its errors in our words.

use std::error::Error as StdError;

use bytes::{BufMut, BytesMut};
use chrono::{DateTime, Days, NaiveDate};
use tokio_postgres::{
    error::SqlState,
    types::{FromSql, IsNull, Kind, ToSql, Type, to_sql_checked},
};
use uuid::Uuid;

use crate::db::{
    DbError, DbErrorKind,
    column::{Column, Mismatch},
    postgres::array::{TextArray, is_text_array, texts},
    value::Value,
};

pub(super) type Boxed = Box<dyn StdError + Sync + Send>;

/// Microseconds from 1970 to PostgreSQL's epoch, the first moment of 2000.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// The first day of 2000, from which PostgreSQL counts days.
const EPOCH_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2000, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

impl ToSql for Value {
    fn to_sql(&self, parameter: &Type, out: &mut BytesMut) -> Result<IsNull, Boxed> {
        let parameter = match parameter.kind() {
            Kind::Domain(inner) => inner,
            _ => parameter,
        };
        match self {
            Self::Null => return Ok(IsNull::Yes),
            Self::Bool(value) if *parameter == Type::BOOL => out.put_u8((*value).into()),
            Self::Integer(value) => return integer(*value, parameter, out),
            #[expect(clippy::cast_possible_truncation, reason = "the column keeps no more")]
            Self::Float(value) if *parameter == Type::FLOAT4 => out.put_f32(*value as f32),
            Self::Float(value) if *parameter == Type::FLOAT8 => out.put_f64(*value),
            Self::Text(value) => return text(value, parameter, out),
            Self::Instant(value)
                if *parameter == Type::TIMESTAMPTZ || *parameter == Type::TIMESTAMP =>
            {
                let micros = value.timestamp_micros().checked_sub(EPOCH_MICROS);
                out.put_i64(micros.ok_or_else(|| misfit("an instant", parameter))?);
            }
            Self::Date(value) if *parameter == Type::DATE => {
                let days = value.signed_duration_since(EPOCH_DAY).num_days();
                out.put_i32(i32::try_from(days)?);
            }
            Self::Uuid(value) if *parameter == Type::UUID => out.put_slice(value.as_bytes()),
            Self::Uuid(value) => return text(&value.to_string(), parameter, out),
            Self::Bytes(value) if *parameter == Type::BYTEA => out.put_slice(value),
            Self::Json(value) => return json(&value.to_string(), parameter, out),
            Self::Texts(values) => return texts(values, parameter, out),
            other => return Err(misfit(kind(other), parameter)),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true // Which value fits which type is told by `to_sql`, with both named.
    }

    to_sql_checked!();
}

fn integer(value: i64, parameter: &Type, out: &mut BytesMut) -> Result<IsNull, Boxed> {
    let beyond = || {
        let message = format!("an integer does not fit {}", parameter.name());
        Boxed::from(DbError::new(DbErrorKind::OutOfRange, message))
    };
    match *parameter {
        Type::INT2 => out.put_i16(i16::try_from(value).map_err(|_| beyond())?),
        Type::INT4 => out.put_i32(i32::try_from(value).map_err(|_| beyond())?),
        Type::INT8 => out.put_i64(value),
        Type::OID => out.put_u32(u32::try_from(value).map_err(|_| beyond())?),
        #[expect(clippy::cast_precision_loss, reason = "as PostgreSQL itself casts")]
        Type::FLOAT8 => out.put_f64(value as f64),
        _ => return Err(misfit("an integer", parameter)),
    }
    Ok(IsNull::No)
}

fn text(value: &str, parameter: &Type, out: &mut BytesMut) -> Result<IsNull, Boxed> {
    refuse_nul(value)?;
    match *parameter {
        Type::UUID => {
            let uuid = Uuid::try_parse(value).map_err(|_| misfit("text", parameter))?;
            out.put_slice(uuid.as_bytes());
        }
        Type::JSON | Type::JSONB => return json(value, parameter, out),
        _ if is_text(parameter) => out.put_slice(value.as_bytes()),
        _ => return Err(misfit("text", parameter)),
    }
    Ok(IsNull::No)
}

pub(super) fn refuse_nul(value: &str) -> Result<(), Boxed> {
    if value.contains('\0') {
        let message = "PostgreSQL cannot keep a NUL character in text";
        return Err(DbError::new(DbErrorKind::InvalidText, message).into());
    }
    Ok(())
}

fn json(value: &str, parameter: &Type, out: &mut BytesMut) -> Result<IsNull, Boxed> {
    if *parameter == Type::JSONB {
        out.put_u8(1); // The version of the format.
    } else if *parameter != Type::JSON && !is_text(parameter) {
        return Err(misfit("JSON", parameter));
    }
    out.put_slice(value.as_bytes());
    Ok(IsNull::No)
}

/// `text` and its kin, `citext`, enums: all travel as their characters.
pub(super) fn is_text(kind: &Type) -> bool {
    matches!(
        *kind,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN
    ) || matches!(kind.kind(), Kind::Enum(_))
        || kind.name() == "citext"
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL",
        Value::Bool(_) => "a boolean",
        Value::Integer(_) => "an integer",
        Value::Float(_) => "a float",
        Value::Text(_) => "text",
        Value::Instant(_) => "an instant",
        Value::Date(_) => "a date",
        Value::Uuid(_) => "a UUID",
        Value::Bytes(_) => "bytes",
        Value::Json(_) => "JSON",
        Value::Texts(_) => "a list of texts",
    }
}

#[cold]
pub(super) fn misfit(value: &str, parameter: &Type) -> Boxed {
    let message = format!(
        "{value} was bound to a parameter of type {}",
        parameter.name()
    );
    DbError::new(DbErrorKind::Other, message).into()
}

/// A column still in its binary form; a type that is not known decodes to a mismatch that names it.
struct Raw<'r>(Result<Column<'r>, Mismatch>);

impl<'r> FromSql<'r> for Raw<'r> {
    fn from_sql(kind: &Type, raw: &'r [u8]) -> Result<Self, Boxed> {
        Ok(Self(decode(kind, raw)))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Boxed> {
        Ok(Self(Ok(Column::Null)))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

pub(in crate::db) fn column(row: &tokio_postgres::Row, at: usize) -> Result<Column<'_>, Mismatch> {
    row.try_get::<_, Raw<'_>>(at)
        .map_err(|_| Mismatch::new("there is no such column"))?
        .0
}

fn decode<'r>(kind: &Type, raw: &'r [u8]) -> Result<Column<'r>, Mismatch> {
    let kind = match kind.kind() {
        Kind::Domain(inner) => inner,
        _ => kind,
    };
    Ok(match *kind {
        Type::BOOL => Column::Bool(bytes::<1>(raw)? != [0]),
        Type::INT2 => Column::Integer(i16::from_be_bytes(bytes(raw)?).into()),
        Type::INT4 => Column::Integer(i32::from_be_bytes(bytes(raw)?).into()),
        Type::INT8 => Column::Integer(i64::from_be_bytes(bytes(raw)?)),
        Type::OID => Column::Integer(u32::from_be_bytes(bytes(raw)?).into()),
        Type::FLOAT4 => Column::Float(f32::from_be_bytes(bytes(raw)?).into()),
        Type::FLOAT8 => Column::Float(f64::from_be_bytes(bytes(raw)?)),
        Type::TIMESTAMP | Type::TIMESTAMPTZ => {
            let micros = i64::from_be_bytes(bytes(raw)?).checked_add(EPOCH_MICROS);
            let instant = micros.and_then(DateTime::from_timestamp_micros);
            Column::Instant(instant.ok_or_else(beyond)?)
        }
        Type::DATE => Column::Date(date(i32::from_be_bytes(bytes(raw)?)).ok_or_else(beyond)?),
        Type::UUID => Column::Uuid(Uuid::from_bytes(bytes(raw)?)),
        Type::BYTEA => Column::Bytes(raw),
        Type::JSON => Column::Json(utf8(raw)?),
        Type::JSONB => Column::Json(utf8(raw.get(1..).unwrap_or_default())?),
        Type::VOID => Column::Null,
        _ if is_text(kind) => Column::Text(utf8(raw)?),
        _ if is_text_array(kind) => Column::Texts(TextArray::new(raw)),
        _ => {
            let name = kind.name();
            return Err(Mismatch::new(format!(
                "its type {name} cannot be read: cast it"
            )));
        }
    })
}

fn date(days: i32) -> Option<NaiveDate> {
    let distance = Days::new(days.unsigned_abs().into());
    if days >= 0 {
        EPOCH_DAY.checked_add_days(distance)
    } else {
        EPOCH_DAY.checked_sub_days(distance)
    }
}

fn beyond() -> Mismatch {
    Mismatch::new("the time lies beyond the calendar")
}

fn bytes<const N: usize>(raw: &[u8]) -> Result<[u8; N], Mismatch> {
    raw.try_into()
        .map_err(|_| Mismatch::new("the value has an unexpected length"))
}

fn utf8(raw: &[u8]) -> Result<&str, Mismatch> {
    std::str::from_utf8(raw).map_err(|_| Mismatch::new("the text is not UTF-8"))
}

pub(in crate::db) fn refusal(error: &tokio_postgres::Error) -> DbError {
    if let Some(refused) = error.as_db_error() {
        return DbError {
            kind: kind_of(refused.code()),
            constraint: refused.constraint().map(str::to_owned),
            message: format!("{} ({})", without_value(refused), refused.code().code()),
        };
    }
    let source = error.source();
    if let Some(ours) = source.and_then(|source| source.downcast_ref::<DbError>()) {
        return ours.clone();
    }
    let lost = error.is_closed() || source.is_some_and(<dyn StdError>::is::<std::io::Error>);
    let kind = if lost {
        DbErrorKind::Unavailable
    } else {
        DbErrorKind::Other
    };
    let message = match source {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    DbError::new(kind, message)
}

/// Class 22 quotes the value that it refuses at the end of its message; values do not belong into logs.
fn without_value(refused: &tokio_postgres::error::DbError) -> &str {
    let message = refused.message();
    match message.split_once(": \"") {
        Some((head, _)) if refused.code().code().starts_with("22") => head,
        _ => message,
    }
}

fn kind_of(code: &SqlState) -> DbErrorKind {
    match code.code() {
        "23505" => DbErrorKind::Unique,
        "23503" => DbErrorKind::ForeignKey,
        "23514" => DbErrorKind::Check,
        "23502" => DbErrorKind::NotNull,
        "22001" => DbErrorKind::TooLong,
        "22003" => DbErrorKind::OutOfRange,
        "22021" | "22P05" => DbErrorKind::InvalidText,
        "57014" | "25P03" => DbErrorKind::Timeout,
        "55P03" => DbErrorKind::Busy,
        "40001" | "40P01" => DbErrorKind::Serialization,
        "57P01" | "57P02" | "57P03" => DbErrorKind::Unavailable,
        other if other.starts_with("08") || other.starts_with("53") => DbErrorKind::Unavailable,
        _ => DbErrorKind::Other,
    }
}
