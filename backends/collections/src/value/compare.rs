//! JavaScript's comparisons: `===`, `<`, `<=`, and what `Number()` makes of a value.

use std::cmp::Ordering;

use super::Json;

/// `left === right`. Two arrays or objects are never the same one.
pub fn strictly_equal(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Null, Json::Null) => true,
        (Json::Bool(left), Json::Bool(right)) => left == right,
        #[expect(clippy::float_cmp, reason = "JavaScript's === on numbers")]
        (Json::Number(left), Json::Number(right)) => left == right,
        (Json::Text(left), Json::Text(right)) => left == right,
        _ => false,
    }
}

/// `left < right`.
pub fn less(left: &Json, right: &Json) -> bool {
    order(left, right) == Some(Ordering::Less)
}

/// `left <= right`.
pub fn less_or_equal(left: &Json, right: &Json) -> bool {
    matches!(order(left, right), Some(Ordering::Less | Ordering::Equal))
}

/// How JavaScript's `<` and `>` order two values; `None` where a number is not one.
pub(crate) fn order(left: &Json, right: &Json) -> Option<Ordering> {
    if is_textual(left) && is_textual(right) {
        return Some(cmp_units(&left.to_text(), &right.to_text()));
    }
    number_of_json(left).partial_cmp(&number_of_json(right))
}

/// Whether it is a text when compared: arrays and objects are compared by their text.
fn is_textual(value: &Json) -> bool {
    matches!(value, Json::Text(_) | Json::Array(_) | Json::Object(_))
}

/// JavaScript's `Number(value)`.
pub(crate) fn number_of_json(value: &Json) -> f64 {
    match value {
        Json::Null => 0.0,
        Json::Bool(value) => f64::from(u8::from(*value)),
        Json::Number(number) => *number,
        Json::Text(_) | Json::Array(_) | Json::Object(_) => number_of(&value.to_text()),
    }
}

/// JavaScript's `Number(text)`: NaN where it is none.
pub fn number_of(text: &str) -> f64 {
    let text = text.trim_matches(is_js_space);
    let radix = |digits: &str, radix: u32| {
        let is_good = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
        if is_good {
            whole(digits, radix)
        } else {
            f64::NAN
        }
    };
    match text.get(..2) {
        Some("0x" | "0X") => return radix(text.get(2..).unwrap_or_default(), 16),
        Some("0o" | "0O") => return radix(text.get(2..).unwrap_or_default(), 8),
        Some("0b" | "0B") => return radix(text.get(2..).unwrap_or_default(), 2),
        _ => {}
    }
    match text {
        "" => 0.0,
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        // Rust would also take "inf", "nan" and "infinity".
        other
            if other
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) =>
        {
            other.parse().unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}

fn whole(digits: &str, radix: u32) -> f64 {
    let digits = digits.chars().filter_map(|digit| digit.to_digit(radix));
    digits.fold(0.0, |number, digit| {
        number * f64::from(radix) + f64::from(digit)
    })
}

/// White space and line ends as JavaScript trims them.
pub(crate) fn is_js_space(character: char) -> bool {
    let is_unicode_space = character.is_whitespace() && character != '\u{85}';
    is_unicode_space || character == '\u{FEFF}'
}

/// The order of UTF-16 code units, which is not the order of code points.
pub fn cmp_units(left: &str, right: &str) -> Ordering {
    let same = left
        .bytes()
        .zip(right.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let (Some(a), Some(b)) = (left.as_bytes().get(same), right.as_bytes().get(same)) else {
        return left.len().cmp(&right.len());
    };
    unit_rank(*a).cmp(&unit_rank(*b))
}

/// Characters beyond U+FFFF (lead byte F0 and up) are surrogates in UTF-16: below U+E000 (lead byte EE).
fn unit_rank(byte: u8) -> u8 {
    match byte {
        0xEE | 0xEF => byte + 0x10,
        0xF0..=0xFF => byte - 2,
        other => other,
    }
}
