//! Values as bytes whose order is the order of a list: so both engines sort and filter exactly alike.
//!
//! First a byte for the type, then the value, then, after texts, an end that no text has within. Long texts are
//! cut: what is found by such a key is looked at again.

use std::ops::Range;

use crate::app::{
    query::{Order, collator},
    value::Json,
};

/// Bytes of a text that a key keeps.
pub(in super::super) const TEXT: usize = 256;

/// Types, in the order in which they are sorted. Nothing depends on the order of the first five.
pub(in super::super) const BOOL: u8 = 0x10;
pub(in super::super) const NUMBER: u8 = 0x20;
pub(in super::super) const STRING: u8 = 0x30;
pub(in super::super) const ARRAY: u8 = 0x40;
pub(in super::super) const OBJECT: u8 = 0x50;
pub(in super::super) const NULL: u8 = 0x60;
pub(in super::super) const MISSING: u8 = 0x70;

/// Appends the key of a value.
pub(in super::super) fn push(value: Option<&Json>, order: Order, to: &mut Vec<u8>) {
    let value = match value {
        None if order == Order::CodeUnits => return to.push(MISSING),
        None => return to.push(NULL),
        Some(value) => value,
    };
    match value {
        Json::Number(number) => {
            to.push(NUMBER);
            to.extend_from_slice(&number_bytes(*number));
        }
        absent if order == Order::Collated && !absent.is_truthy() => to.push(NULL),
        Json::Null => to.push(NULL),
        Json::Bool(value) => to.extend_from_slice(&[BOOL, u8::from(*value)]),
        Json::Text(text) => {
            to.push(STRING);
            match order {
                Order::CodeUnits => push_text(text, to),
                Order::Collated => push_collated(text, to),
            }
        }
        Json::Array(_) => {
            to.push(ARRAY);
            push_text(&value.to_text(), to);
        }
        Json::Object(_) => to.push(OBJECT),
    }
}

/// The key of a text that is looked for among those of type `kind`.
pub(in super::super) fn of_text(kind: u8, text: &str) -> Vec<u8> {
    let mut key = vec![kind];
    push_text(text, &mut key);
    key
}

/// The key of a number.
pub(in super::super) fn of_number(number: f64) -> Vec<u8> {
    let mut key = vec![NUMBER];
    key.extend_from_slice(&number_bytes(number));
    key
}

/// Every key: none begins with this byte, not even one of a falling order.
pub(in super::super) fn all() -> Range<Vec<u8>> {
    Vec::new()..vec![u8::MAX]
}

/// All keys that begin with `key`: no key of one value begins with that of another.
pub(in super::super) fn starting_with(key: &[u8]) -> Range<Vec<u8>> {
    let mut end = key.to_vec();
    while end.pop_if(|last| *last == u8::MAX).is_some() {}
    if let Some(last) = end.last_mut() {
        *last += 1;
    }
    key.to_vec()..end
}

/// Whether the text is longer than a key keeps.
pub(in super::super) fn is_cut(text: &str) -> bool {
    text.len() > TEXT
}

/// Doubles as bytes in their order; `-0` is `0`.
fn number_bytes(number: f64) -> [u8; 8] {
    let bits = (number + 0.0).to_bits();
    let ordered = if bits >> 63 == 0 {
        bits | 1 << 63
    } else {
        !bits
    };
    ordered.to_be_bytes()
}

/// In the order of UTF-16 code units.
fn push_text(text: &str, to: &mut Vec<u8>) {
    let kept = text.as_bytes().get(..TEXT).unwrap_or(text.as_bytes());
    for byte in kept {
        match byte {
            0 => to.extend_from_slice(&[0, 0xFF]),
            // As in `cmp_units`: what is a surrogate in UTF-16 sorts before U+E000.
            0xEE | 0xEF => to.push(byte + 0x10),
            0xF0..=0xFF => to.push(byte - 2),
            other => to.push(*other),
        }
    }
    to.extend_from_slice(&[0, u8::from(is_cut(text))]);
}

fn push_collated(text: &str, to: &mut Vec<u8>) {
    let mut key = Vec::new();
    // Of a very long text the start decides.
    let end = text
        .char_indices()
        .nth(TEXT)
        .map_or(text.len(), |(at, _)| at);
    let start = text.get(..end).unwrap_or(text);
    if let Some(collator) = collator() {
        let Ok(()) = collator.write_sort_key_to(start, &mut key).map(drop);
    }
    key.truncate(2 * TEXT);
    for byte in key {
        to.push(byte);
        if byte == 0 {
            to.push(0xFF);
        }
    }
    to.extend_from_slice(&[0, 0]);
}
