//! Booleans and numbers, with the spellings that Pydantic's lax mode takes for them.

use serde_json::{Number, Value};

use crate::validation::{
    Fault, Rules,
    json::MOST_DIGITS,
    python,
    rules::{self, Broken},
};

use super::Walker;

const NOT_BOOLEAN: &str = "Input should be a valid boolean";
const UNCLEAR_BOOLEAN: &str = "Input should be a valid boolean, unable to interpret input";
const NOT_INTEGER: &str = "Input should be a valid integer";
const NOT_FINITE: &str = "Input should be a finite number";

impl Walker<'_> {
    pub(super) fn boolean(&mut self, value: &Value) -> Option<Value> {
        match value {
            Value::Bool(_) => Some(value.clone()),
            Value::String(text) => match boolean_word(text) {
                Some(meant) => Some(Value::Bool(meant)),
                None => self.fault("bool_parsing", UNCLEAR_BOOLEAN, value),
            },
            Value::Number(number) => match small_integer(number) {
                Some(0) => Some(Value::Bool(false)),
                Some(1) => Some(Value::Bool(true)),
                Some(_) => self.fault("bool_parsing", UNCLEAR_BOOLEAN, value),
                None => self.fault("bool_type", NOT_BOOLEAN, value),
            },
            _ => self.fault("bool_type", NOT_BOOLEAN, value),
        }
    }

    pub(super) fn integer(
        &mut self,
        value: &Value,
        min: i128,
        max: i128,
        rules: &Rules,
    ) -> Option<Value> {
        let digits = match value {
            Value::Bool(set) => u8::from(*set).to_string(),
            Value::Number(number) if python::is_integer(number.as_str()) => number.to_string(),
            Value::Number(number) => self.integer_of_fraction(number, value)?,
            Value::String(text) => self.integer_of_text(text, value)?,
            _ => return self.fault("int_type", NOT_INTEGER, value),
        };
        let number = clamped(&digits);
        if let Some(broken) = rules::broken_by_integer(number, rules) {
            return self.broken(broken, false, value);
        }
        if number < min || number > max {
            return self.beyond_type(number, min, max, value);
        }
        Some(within_64_bits(number))
    }

    fn integer_of_fraction(&mut self, number: &Number, value: &Value) -> Option<String> {
        let fraction = float(number);
        if !fraction.is_finite() {
            self.fault("finite_number", NOT_FINITE, value)?;
        } else if fraction.fract() != 0.0 {
            let msg = "Input should be a valid integer, got a number with a fractional part";
            self.fault("int_from_float", msg, value)?;
        } else if fraction.abs() >= 9_223_372_036_854_775_808.0 {
            self.oversized(value)?;
        }
        Some(format!("{fraction:.0}"))
    }

    fn integer_of_text(&mut self, text: &str, value: &Value) -> Option<String> {
        let text = text.trim();
        if text.len() > MOST_DIGITS {
            self.oversized(value)?;
        }
        let digits = integer_digits(text);
        if digits.is_none() {
            let msg = "Input should be a valid integer, unable to parse string as an integer";
            self.fault("int_parsing", msg, value)?;
        }
        digits
    }

    fn oversized(&mut self, value: &Value) -> Option<Value> {
        let msg = "Unable to parse input string as an integer, exceeded maximum size";
        self.fault("int_parsing_size", msg, value)
    }

    /// Python's integers have no end, so Pydantic has no words for this: the type's bounds count as rules.
    fn beyond_type(&mut self, number: i128, min: i128, max: i128, value: &Value) -> Option<Value> {
        let (kind, msg, key, bound) = if number < min {
            (
                "greater_than_equal",
                "Input should be greater than or equal to",
                "ge",
                min,
            )
        } else {
            (
                "less_than_equal",
                "Input should be less than or equal to",
                "le",
                max,
            )
        };
        let fault = Fault::new(
            kind,
            self.loc.clone(),
            format!("{msg} {bound}"),
            value.clone(),
        );
        self.push(fault.with(key, integer_value(bound)));
        None
    }

    pub(super) fn number(&mut self, value: &Value, rules: &Rules) -> Option<Value> {
        let number = match value {
            Value::Bool(set) => f64::from(u8::from(*set)),
            Value::Number(number) => float(number),
            Value::String(text) => self.number_of_text(text, value)?,
            _ => return self.fault("float_type", "Input should be a valid number", value),
        };
        if !number.is_finite() {
            return self.fault("finite_number", NOT_FINITE, value);
        }
        match rules::broken_by_number(number, rules) {
            Some(broken) => self.broken(broken, true, value),
            None if value.is_number() => Some(value.clone()),
            None => Number::from_f64(number).map(Value::Number),
        }
    }

    fn number_of_text(&mut self, text: &str, value: &Value) -> Option<f64> {
        let number = float_of_text(text);
        if number.is_none() {
            let msg = "Input should be a valid number, unable to parse string as a number";
            self.fault("float_parsing", msg, value)?;
        }
        number
    }

    /// `fraction`: whether the bound is written as a float in the context.
    fn broken(&mut self, broken: Broken, fraction: bool, value: &Value) -> Option<Value> {
        let (kind, msg, key, bound) = match broken {
            Broken::MultipleOf(step) => (
                "multiple_of",
                "Input should be a multiple of",
                "multiple_of",
                step,
            ),
            Broken::Le(bound) => (
                "less_than_equal",
                "Input should be less than or equal to",
                "le",
                bound,
            ),
            Broken::Lt(bound) => ("less_than", "Input should be less than", "lt", bound),
            Broken::Ge(bound) => (
                "greater_than_equal",
                "Input should be greater than or equal to",
                "ge",
                bound,
            ),
            Broken::Gt(bound) => ("greater_than", "Input should be greater than", "gt", bound),
        };
        let context = match rules::whole(bound) {
            Some(whole) if !fraction => integer_value(whole),
            _ => Number::from_f64(bound).map_or(Value::Null, Value::Number),
        };
        let fault = Fault::new(
            kind,
            self.loc.clone(),
            format!("{msg} {bound}"),
            value.clone(),
        );
        self.push(fault.with(key, context));
        None
    }
}

/// Beyond [`i128`] every bound is broken the same way.
fn clamped(digits: &str) -> i128 {
    let limit = if digits.starts_with('-') {
        i128::MIN
    } else {
        i128::MAX
    };
    digits.parse().unwrap_or(limit)
}

/// What types of this crate take; a shape with wider bounds gets the nearest number that has 64 bits.
fn within_64_bits(number: i128) -> Value {
    let nearest = number.clamp(i64::MIN.into(), u64::MAX.into());
    i64::try_from(nearest)
        .map(Value::from)
        .or_else(|_| u64::try_from(nearest).map(Value::from))
        .unwrap_or_default()
}

fn integer_value(number: i128) -> Value {
    Number::from_i128(number).map_or(Value::Null, Value::Number)
}

/// The nearest float; beyond all floats it is infinite, as in Python.
pub(super) fn float(number: &Number) -> f64 {
    number.as_str().parse().unwrap_or(f64::NAN)
}

/// A whole number that fits 64 bits, written as an integer or as a float.
fn small_integer(number: &Number) -> Option<i64> {
    let text = number.as_str();
    if python::is_integer(text) {
        return text.parse().ok();
    }
    let fraction = float(number);
    let fits = fraction.fract() == 0.0 && fraction.abs() < 9_223_372_036_854_775_808.0;
    if fits {
        format!("{fraction:.0}").parse().ok()
    } else {
        None
    }
}

fn boolean_word(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(&["0", "off", "f", "false", "n", "no"]) {
        Some(false)
    } else if is(&["1", "on", "t", "true", "y", "yes"]) {
        Some(true)
    } else {
        None
    }
}

/// `5`, `+5`, `05`, `5_0`, `5.00`: the digits with their sign.
fn integer_digits(text: &str) -> Option<String> {
    let (sign, unsigned) = match text.as_bytes().first() {
        Some(b'-') => ("-", text.get(1..)?),
        Some(b'+') => ("", text.get(1..)?),
        _ => ("", text),
    };
    let whole = match unsigned.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|digit| digit == b'0') => {
            whole
        }
        Some(_) => return None,
        None => unsigned,
    };
    let digits = without_underscores(whole)?;
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| format!("{sign}{digits}"))
}

fn float_of_text(text: &str) -> Option<f64> {
    without_underscores(text.trim())?.parse().ok()
}

/// Single underscores between other characters separate digits.
fn without_underscores(text: &str) -> Option<String> {
    let misplaced = text.starts_with('_') || text.ends_with('_') || text.contains("__");
    (!misplaced).then(|| text.replace('_', ""))
}
