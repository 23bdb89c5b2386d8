//! Numbers and the words that stand for values, Python's three numbers that are none included.

use serde_json::{Number, Value};

use super::{MOST_DIGITS, OddityKind, Parser, Stop};

impl Parser<'_> {
    pub(super) fn word(&mut self) -> Result<Value, Stop> {
        let words = [
            ("null", Some(Value::Null)),
            ("true", Some(Value::Bool(true))),
            ("false", Some(Value::Bool(false))),
            ("NaN", None),
            ("Infinity", None),
            ("-Infinity", None),
        ];
        for (word, value) in words {
            if self.rest().starts_with(word.as_bytes()) {
                self.at += word.len();
                if value.is_none() {
                    self.note(OddityKind::NotFinite)?;
                }
                return Ok(value.unwrap_or_default());
            }
        }
        self.syntax("Expecting value")
    }

    /// As many characters as make a number; what follows them is the next token's business.
    pub(super) fn number(&mut self) -> Result<Value, Stop> {
        let rest = self.rest();
        let sign = usize::from(rest.starts_with(b"-"));
        let whole = match rest.get(sign) {
            Some(b'0') => 1,
            _ => digits(rest, sign),
        };
        if whole == 0 {
            return self.word();
        }
        let mut end = sign + whole;
        if rest.get(end) == Some(&b'.') && digits(rest, end + 1) > 0 {
            end += 1 + digits(rest, end + 1);
        }
        if matches!(rest.get(end), Some(b'e' | b'E')) {
            let signed = usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits(rest, end + 1 + signed);
            if exponent > 0 {
                end += 1 + signed + exponent;
            }
        }
        if end == sign + whole && whole > MOST_DIGITS {
            return Err(Stop::Absurd("number_too_long"));
        }
        let text = self.text.get(self.at..self.at + end).unwrap_or_default();
        let Ok(number) = text.parse::<Number>() else {
            return self.syntax("Expecting value");
        };
        self.at += end;
        Ok(Value::Number(number))
    }
}

/// How many digits stand from `start` on.
fn digits(bytes: &[u8], start: usize) -> usize {
    let tail = bytes.get(start..).unwrap_or_default();
    tail.iter().take_while(|byte| byte.is_ascii_digit()).count()
}
