//! Values as Python writes them: the echo of what a client sent comes from Python's floats in the original, and
//! its reasons quote texts by `repr`.

use serde_json::{Number, Value};
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// Rewrites each number to what Python's `json` writes after reading it. What JSON cannot say
/// (`1e400` is infinite in Python) becomes `null`.
pub(super) fn notation(mut value: Value) -> Value {
    rewrite(&mut value);
    value
}

fn rewrite(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(rewritten) = number_notation(number.as_str()) {
                *value = rewritten;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(rewrite),
        Value::Object(fields) => fields.values_mut().for_each(rewrite),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// `None`: it may stay as it is.
fn number_notation(text: &str) -> Option<Value> {
    if is_integer(text) {
        return (text == "-0").then(|| Value::from(0));
    }
    let Some(value) = text.parse().ok().filter(|value: &f64| value.is_finite()) else {
        return Some(Value::Null);
    };
    let written = float(value);
    if written == text {
        return None;
    }
    Some(
        written
            .parse()
            .map_or(Value::Null, |number: Number| Value::Number(number)),
    )
}

/// Whether Python reads the number as an `int`.
pub(super) fn is_integer(text: &str) -> bool {
    !text.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
}

/// `repr` of a finite float: the shortest digits that read back the same, an exponent from 1e16 up
/// and below 1e-4.
pub(super) fn float(value: f64) -> String {
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        return format!("{value:?}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}

/// `repr` of a text: in single quotes unless only these occur in it, with what cannot be printed escaped.
pub(super) fn repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut written = String::with_capacity(text.len() + 2);
    written.push(quote);
    for character in text.chars() {
        match character {
            '\\' => written.push_str(r"\\"),
            '\t' => written.push_str(r"\t"),
            '\n' => written.push_str(r"\n"),
            '\r' => written.push_str(r"\r"),
            _ if character == quote => written.extend(['\\', quote]),
            _ if is_printable(character) => written.push(character),
            _ => written.push_str(&escaped(u32::from(character))),
        }
    }
    written.push(quote);
    written
}

fn escaped(code: u32) -> String {
    match code {
        0..=0xff => format!(r"\x{code:02x}"),
        0x100..=0xffff => format!(r"\u{code:04x}"),
        _ => format!(r"\U{code:08x}"),
    }
}

/// `str.isprintable`: nothing of Unicode's "other" and "separator", but for the blank.
fn is_printable(character: char) -> bool {
    let group = character.general_category_group();
    character == ' '
        || !matches!(
            group,
            GeneralCategoryGroup::Other | GeneralCategoryGroup::Separator
        )
}

/// About how many bytes a value renders to.
pub(super) fn weight(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(number) => number.as_str().len() + 1,
        Value::String(text) => text.len() + 3,
        Value::Array(items) => items.iter().map(weight).sum::<usize>() + 3,
        Value::Object(fields) => {
            fields
                .iter()
                .map(|(name, value)| name.len() + 4 + weight(value))
                .sum::<usize>()
                + 3
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_as_python_quotes_them() {
        for (text, written) in [
            ("", "''"),
            ("06/05/2024", "'06/05/2024'"),
            ("it's", "\"it's\""),
            ("it's \"so\"", r#"'it\'s "so"'"#),
            ("a\\b\tc\n\r", r"'a\\b\tc\n\r'"),
            ("\0\u{7f}\u{a0}", r"'\x00\x7f\xa0'"),
            ("é\u{200b}日🦀\u{e0001}", r"'é\u200b日🦀\U000e0001'"),
        ] {
            assert_eq!(repr(text), written);
        }
    }

    fn written(text: &str) -> String {
        notation(serde_json::from_str(text).unwrap()).to_string()
    }

    #[test]
    fn numbers_come_back_as_python_writes_them() {
        for (sent, echoed) in [
            ("1e2", "100.0"),
            ("1E22", "1e+22"),
            ("0.00001", "1e-05"),
            ("0.0001", "0.0001"),
            ("1.50", "1.5"),
            ("-0.0", "-0.0"),
            ("-0", "0"),
            ("1e15", "1000000000000000.0"),
            ("1e16", "1e+16"),
            (
                "123456789012345678901234567890",
                "123456789012345678901234567890",
            ),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("5e-324", "5e-324"),
            ("1e400", "null"),
            ("12345678901234567.0", "1.2345678901234568e+16"),
            (r#"{"a":[1.0,{"b":1E1}]}"#, r#"{"a":[1.0,{"b":10.0}]}"#),
        ] {
            assert_eq!(written(sent), echoed, "{sent}");
        }
    }
}
