//! Query strings as forms are read, and the parts of addresses as JavaScript reads them.

use std::borrow::Cow;

use form_urlencoded::parse;
use percent_encoding::percent_decode_str;

/// Parameters beyond this many are not looked at.
pub(super) const MOST: usize = 1_000;

/// Every name with its value, as forms are read.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    parse(query.as_bytes())
        .take(MOST)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// `a=1&a=2` with every name as it stands, as forms are read: names in the order of their first value.
pub fn flat(query: &str) -> Vec<(String, Vec<String>)> {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in parse(query.as_bytes()).take(MOST) {
        match all.iter_mut().find(|(other, _)| *other == name) {
            Some((_, values)) => values.push(value.into_owned()),
            None => all.push((name.into_owned(), vec![value.into_owned()])),
        }
    }
    all
}

/// JavaScript's `decodeURIComponent`: nothing for a bad escape or what is not UTF-8 when decoded.
pub fn decode_component(text: &str) -> Option<Cow<'_, str>> {
    let bytes = text.as_bytes();
    let hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    let escapes = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    let mut escapes = escapes.map(|(at, _)| at);
    if !escapes.all(|at| hex(at + 1) && hex(at + 2)) {
        return None;
    }
    percent_decode_str(text).decode_utf8().ok()
}

/// JavaScript's `parseInt`: the number that the text begins with.
pub fn parse_int(text: &str) -> Option<i64> {
    let text = text.trim_start_matches(|one: char| one.is_whitespace() || one == '\u{FEFF}');
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits
        .find(|one: char| !one.is_ascii_digit())
        .unwrap_or(digits.len());
    let digits = digits.get(..end).filter(|digits| !digits.is_empty())?;
    let number: i64 = digits.parse().unwrap_or(i64::MAX / 4);
    let number = number.min(i64::MAX / 4);
    Some(if negative { -number } else { number })
}
