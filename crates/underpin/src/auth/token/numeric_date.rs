//! Seconds since 1970 out of a claim, strictly (RFC 7519, 2) or as Python's `int()` would read it.

use std::num::IntErrorKind;

use serde_json::{Number, Value};

/// The claim in whole seconds, fractions cut; `None` if it is no number. Too large saturates.
pub(super) fn strict(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => seconds(number),
        _ => None,
    }
}

/// The same, but a string of digits and a boolean count too (contracts notes 5.1, tasks 3.3).
pub(super) fn like_python(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => whole(text.trim()),
        Value::Bool(flag) => Some(i64::from(*flag)),
        other => strict(other),
    }
}

fn seconds(number: &Number) -> Option<i64> {
    let text = number.as_str();
    whole(text).or_else(|| {
        let float: f64 = text.parse().ok()?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "fractions are cut, and `as` saturates"
        )]
        float.is_finite().then_some(float as i64)
    })
}

fn whole(digits: &str) -> Option<i64> {
    match digits.parse() {
        Ok(seconds) => Some(seconds),
        Err(error) => match error.kind() {
            IntErrorKind::PosOverflow => Some(i64::MAX),
            IntErrorKind::NegOverflow => Some(i64::MIN),
            _ => None,
        },
    }
}
