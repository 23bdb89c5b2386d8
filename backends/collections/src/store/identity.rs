//! How records are found by their id: by its text, whatever its type.

use sha2::{Digest, Sha256};

use crate::app::value::Json;

/// Texts up to this length are their own key.
const LONGEST: usize = 200;

/// What of a longer one stays, before its digest.
const KEPT: usize = 168;

/// A record's id as the tables keep it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Identity {
    /// What it is found by; `None` if it cannot be found.
    pub(super) key: Option<Vec<u8>>,
    /// The number that it is, or that its text is: what new ids are counted on from.
    pub(super) number: Option<f64>,
    /// Whether it is of type number.
    pub(super) is_number: bool,
}

impl Identity {
    /// Of `record`, whose id is its property `id_name`.
    pub(super) fn of(record: &Json, id_name: &str) -> Self {
        let id = record.as_object().and_then(|object| object.get(id_name));
        let Some(id) = id.filter(|id| **id != Json::Null) else {
            return Self::default();
        };
        let text = id.to_text();
        let number = match id {
            Json::Number(number) => number.is_finite().then_some(*number),
            Json::Text(text) => counted(text),
            _ => None,
        };
        Self {
            key: Some(key(&text)),
            number,
            is_number: matches!(id, Json::Number(_)),
        }
    }

    /// How many ids of type number, and others, there are more with it.
    pub(super) fn weights(&self) -> (i64, i64) {
        match (&self.key, self.is_number) {
            (None, _) => (0, 0),
            (Some(_), true) => (1, 0),
            (Some(_), false) => (0, 1),
        }
    }
}

/// What a record with this id is found by.
pub(super) fn key(id: &str) -> Vec<u8> {
    let bytes = id.as_bytes();
    if bytes.len() <= LONGEST {
        return bytes.to_vec();
    }
    let mut key = bytes.get(..KEPT).unwrap_or(bytes).to_vec();
    key.extend_from_slice(&Sha256::digest(bytes));
    key
}

/// The number of an id like `"12"`: as it would be printed, and not beyond what a double counts.
fn counted(text: &str) -> Option<f64> {
    let is_short = (1..=15).contains(&text.len());
    let is_plain = text == "0" || !text.starts_with('0');
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    (is_short && is_plain && is_digits).then(|| text.parse().ok())?
}
