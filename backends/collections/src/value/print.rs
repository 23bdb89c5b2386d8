//! Writing JSON without white space, as `JSON.stringify` does, and the text that JavaScript makes of a value.

use std::{borrow::Cow, fmt};

use super::Json;

impl Json {
    /// JavaScript's `String(value)`.
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Null => "null".into(),
            Self::Bool(true) => "true".into(),
            Self::Bool(false) => "false".into(),
            Self::Number(number) => number_text(*number).into(),
            Self::Text(text) => text.into(),
            Self::Array(items) => joined(items).into(),
            Self::Object(_) => "[object Object]".into(),
        }
    }

    /// Appends its JSON text.
    pub fn write(&self, to: &mut String) {
        match self {
            Self::Bool(true) => to.push_str("true"),
            Self::Bool(false) => to.push_str("false"),
            Self::Number(number) if number.is_finite() => {
                to.push_str(ryu_js::Buffer::new().format_finite(*number));
            }
            Self::Null | Self::Number(_) => to.push_str("null"),
            Self::Text(text) => quote(text, to),
            Self::Array(items) => {
                to.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        to.push(',');
                    }
                    item.write(to);
                }
                to.push(']');
            }
            Self::Object(object) => {
                to.push('{');
                for (index, (key, value)) in object.iter().enumerate() {
                    if index > 0 {
                        to.push(',');
                    }
                    quote(key, to);
                    to.push(':');
                    value.write(to);
                }
                to.push('}');
            }
        }
    }
}

/// Its JSON text without white space.
impl fmt::Display for Json {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(&mut text);
        formatter.write_str(&text)
    }
}

/// What JavaScript prints for a number.
pub(super) fn number_text(number: f64) -> String {
    ryu_js::Buffer::new().format(number).to_owned()
}

/// Null elements join as nothing.
fn joined(items: &[Json]) -> String {
    let texts = items.iter().map(|item| match item {
        Json::Null => "".into(),
        other => other.to_text(),
    });
    let texts: Vec<_> = texts.collect();
    texts.join(",")
}

/// Appends `text` in quotes, as `JSON.stringify` writes it.
pub fn quote(text: &str, to: &mut String) {
    to.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0x08 => "\\b",
            0x09 => "\\t",
            0x0A => "\\n",
            0x0C => "\\f",
            0x0D => "\\r",
            0x00..0x20 => "",
            _ => continue,
        };
        to.push_str(text.get(plain..at).unwrap_or_default());
        plain = at + 1;
        if escape.is_empty() {
            let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
            to.push_str("\\u00");
            to.push(digit(byte >> 4));
            to.push(digit(byte & 15));
        } else {
            to.push_str(escape);
        }
    }
    to.push_str(text.get(plain..).unwrap_or_default());
    to.push('"');
}
