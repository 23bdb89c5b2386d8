//! JSON in one form: `jsonb` keeps neither the order of members nor how a number was written.

use std::{borrow::Cow, fmt::Write as _};

use serde_json::Value;

/// The same text for all that `jsonb` takes for the same.
pub(super) fn text(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            out.push('{');
            for (name, value) in members {
                let _ = write!(out, "{},", Value::from(name.as_str()));
                write(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(values) => {
            out.push('[');
            for value in values {
                write(value, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Number(number) => out.push_str(&decimal(number.as_str())),
        Value::Null | Value::Bool(_) | Value::String(_) => {
            let _ = write!(out, "{value}");
        }
    }
}

/// A number by its significant digits: `2.50`, `25e-1` and `2.5` are one. Not a float, which would lose digits.
fn decimal(text: &str) -> Cow<'_, str> {
    let (sign, rest) = text
        .strip_prefix('-')
        .map_or(("", text), |rest| ("-", rest));
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    let zeros = digits.len() - significant.len();
    match exponent.parse::<i64>() {
        _ if significant.is_empty() => Cow::Borrowed("0"),
        Ok(exponent) => {
            let exponent = i128::from(exponent) + zeros as i128 - fraction.len() as i128;
            Cow::Owned(format!("{sign}{significant}e{exponent}"))
        }
        // Beyond every number that a database keeps.
        Err(_) => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::from_str;

    use super::*;

    fn form(json: &str) -> String {
        text(&from_str(json).unwrap())
    }

    #[test]
    fn what_means_the_same_has_one_form() {
        for (one, other) in [
            (
                r#"{"b": 1, "a": [{"d": null, "c": true}]}"#,
                r#"{"a":[{"c":true,"d":null}],"b":1}"#,
            ),
            ("2.50", "25e-1"),
            ("100", "1E+2"),
            ("-0.0", "0"),
            ("0e99", "0"),
            ("0.00120", "12e-4"),
        ] {
            assert_eq!(form(one), form(other), "{one} {other}");
        }
    }

    #[test]
    fn what_means_another_has_another() {
        for (one, other) in [
            ("[1, 2]", "[2, 1]"),
            ("[1]", "1"),
            ("1", r#""1""#),
            ("12", "1.2"),
            ("-5", "5"),
            ("[[1], 2]", "[[1, 2]]"),
            ("[]", "{}"),
            ("0.10000000000000000001", "0.1"),
            ("1e99999999999999999999", "1e99999999999999999998"),
            (r#"{"a": "b,c"}"#, r#"{"a": "b", "c": null}"#),
        ] {
            assert_ne!(form(one), form(other), "{one} {other}");
        }
    }
}
