//! Finds the parts of a text that a server generates: tokens, clocks, ids. Judges none of them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::time;
use crate::json::{self, Json};

/// What kind of generated value a part of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A signed JSON Web Token (RFC 7519, compact form).
    Jwt,
    /// A time, in any format that [`time`] knows.
    Time,
    /// A UUID (RFC 9562).
    Uuid,
    /// A word, a dash and the Unix time in 13 digits, such as `note-1795243940735`.
    ClockId,
}

/// A generated part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// First byte.
    pub start: usize,
    /// Length in bytes.
    pub length: usize,
    /// What it is.
    pub kind: Kind,
}

/// All generated parts of `text`, in order, none overlapping.
pub fn scan(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match at_boundary(text, at).then(|| token(text, at)).flatten() {
            Some((kind, length)) => {
                found.push(Found {
                    start: at,
                    length,
                    kind,
                });
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

/// The generated part of this kind that starts at `at`, as its length.
pub fn length_at(text: &str, at: usize, kind: Kind) -> Option<usize> {
    token(text, at)
        .filter(|(found, _)| *found == kind)
        .map(|(_, length)| length)
}

fn at_boundary(text: &str, at: usize) -> bool {
    text.is_char_boundary(at)
        && text
            .as_bytes()
            .get(at)
            .is_some_and(u8::is_ascii_alphanumeric)
        && (at == 0
            || !text
                .as_bytes()
                .get(at - 1)
                .is_some_and(u8::is_ascii_alphanumeric))
}

fn token(text: &str, at: usize) -> Option<(Kind, usize)> {
    let rest = text.get(at..)?;
    let first = *rest.as_bytes().first()?;
    let found = match first {
        b'e' => jwt(rest).map(|length| (Kind::Jwt, length)),
        _ => None,
    };
    found
        .or_else(|| uuid(rest).map(|length| (Kind::Uuid, length)))
        .or_else(|| clock_id(rest).map(|length| (Kind::ClockId, length)))
        .or_else(|| stamp(rest).map(|(_, length)| (Kind::Time, length)))
}

/// The time at the start of `text`, with its length.
pub fn stamp(text: &str) -> Option<(time::Stamp, usize)> {
    match text.as_bytes().first()? {
        b'0'..=b'9' => time::iso(text).or_else(|| time::compact(text)),
        b'A'..=b'Z' => time::http_date(text),
        _ => None,
    }
}

fn jwt(text: &str) -> Option<usize> {
    let of_alphabet = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let length = text.bytes().take_while(of_alphabet).count();
    let mut parts = text.get(..length)?.splitn(4, '.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    decode(header)?.get("alg")?;
    decode(payload)?;
    Some(header.len() + payload.len() + signature.len() + 2)
}

/// The JSON object in a segment of a JWT.
pub fn decode(segment: &str) -> Option<Json> {
    let bytes = URL_SAFE_NO_PAD.decode(segment.trim_end_matches('=')).ok()?;
    let value = json::parse(std::str::from_utf8(&bytes).ok()?).ok()?;
    matches!(value, Json::Object(_)).then_some(value)
}

fn uuid(text: &str) -> Option<usize> {
    let bytes = text.as_bytes().get(..36)?;
    let fits = bytes.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    (fits && time::ends(text, 36)).then_some(36)
}

fn clock_id(text: &str) -> Option<usize> {
    let word = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = text.get(word..)?.strip_prefix('-')?;
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    (count == 13 && time::ends(digits, 13)).then_some(word + 14)
}

/// The time in an id that [`Kind::ClockId`] describes, in microseconds since 1970.
pub fn clock_of_id(id: &str) -> Option<i64> {
    let (_, milliseconds) = id.rsplit_once('-')?;
    milliseconds.parse::<i64>().ok()?.checked_mul(1000)
}
