//! Values in one form, whoever holds them: a record's, SQLite's and PostgreSQL's then compare by their hashes.

mod json;

use sha2::{Digest as _, Sha256};

use crate::db::{Engine, Value};

/// Bytes of a column's hash. 64 bits: a flipped character goes unseen once in 10¹⁹ times.
const BYTES: usize = 8;

/// The hashes of a row's columns, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint(pub(super) Vec<u8>);

impl Fingerprint {
    /// Of a row on its way to this engine, or as it stands there.
    pub(super) fn of(row: &[Value], engine: Engine) -> Self {
        let mut hashes = Vec::with_capacity(row.len() * BYTES);
        for value in row {
            let mut digest = Sha256::new();
            feed(value, engine, &mut digest);
            let hash = digest.finalize();
            hashes.extend_from_slice(hash.get(..BYTES).unwrap_or_default());
        }
        Self(hashes)
    }

    /// Which columns differ.
    pub(super) fn differs_at(&self, other: &Self) -> Vec<usize> {
        let pairs = self.0.chunks(BYTES).zip(other.0.chunks(BYTES));
        let differing = pairs.enumerate().filter(|(_, (one, two))| one != two);
        differing.map(|(index, _)| index).collect()
    }

    pub(super) fn hex(&self) -> String {
        hex(&self.0)
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What SQLite cannot tell apart is the same: booleans and integers, days and instants and what stands for them.
fn feed(value: &Value, engine: Engine, digest: &mut Sha256) {
    match value {
        Value::Null => digest.update("n"),
        Value::Bool(value) => integer(i64::from(*value), digest),
        Value::Integer(value) => integer(*value, digest),
        Value::Float(value) => {
            digest.update("f");
            // SQLite keeps no negative zero: this sum makes none of it.
            digest.update((value + 0.0).to_bits().to_be_bytes());
        }
        Value::Text(value) => text(value, digest),
        Value::Instant(value) => integer(value.timestamp_micros(), digest),
        Value::Date(value) => text(&value.to_string(), digest),
        Value::Uuid(value) => text(&value.as_hyphenated().to_string(), digest),
        Value::Bytes(value) => {
            digest.update("b");
            digest.update(value);
        }
        // There it is a text, and comes back as it was written.
        Value::Json(value) if engine == Engine::Sqlite => text(&value.to_string(), digest),
        Value::Json(value) => text(&json::text(value), digest),
        Value::Texts(values) => text(
            &serde_json::Value::from(values.as_slice()).to_string(),
            digest,
        ),
    }
}

fn integer(value: i64, digest: &mut Sha256) {
    digest.update("i");
    digest.update(value.to_be_bytes());
}

fn text(value: &str, digest: &mut Sha256) {
    digest.update("t");
    digest.update(value);
}

/// A key as people read it; also what it is found again by.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Uuid(id) => id.as_hyphenated().to_string(),
        Value::Date(day) => day.to_string(),
        other => format!("{other:?}"),
    }
}

/// A key as the ledger keeps it, so that [`unpacked`] can bind it again.
pub(super) fn packed(value: &Value) -> String {
    let tag = match value {
        Value::Integer(_) => 'i',
        Value::Uuid(_) => 'u',
        Value::Date(_) => 'd',
        _ => 't',
    };
    format!("{tag}{}", shown(value))
}

/// The key that was [`packed`].
pub(super) fn unpacked(text: &str) -> Value {
    let mut characters = text.chars();
    let tag = characters.next();
    let rest = characters.as_str();
    let typed = match tag {
        Some('i') => rest.parse().ok().map(Value::Integer),
        Some('u') => rest.parse().ok().map(Value::Uuid),
        Some('d') => rest.parse().ok().map(Value::Date),
        _ => None,
    };
    typed.unwrap_or_else(|| Value::Text(rest.to_owned()))
}
