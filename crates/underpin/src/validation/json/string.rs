//! JSON strings: escapes, surrogates, and where exactly Python says that one goes wrong.

use super::{OddityKind, Parser, Stop};

const BAD_UNICODE: &str = r"Invalid \uXXXX escape";

impl Parser<'_> {
    /// Reads from the opening quote to behind the closing one.
    pub(super) fn string(&mut self) -> Result<String, Stop> {
        let opening = self.at;
        let mut text = String::new();
        self.at += 1;
        loop {
            let plain = self
                .rest()
                .iter()
                .take_while(|byte| is_plain(**byte))
                .count();
            text.push_str(self.text.get(self.at..self.at + plain).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape(opening)?),
                Some(_) => return self.syntax("Invalid control character at"),
                None => return unterminated(opening),
            }
        }
    }

    fn escape(&mut self, opening: usize) -> Result<char, Stop> {
        let escaped = match self.rest().get(1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            Some(_) => return self.syntax(r"Invalid \escape"),
            None => return unterminated(opening),
        };
        self.at += 2;
        Ok(escaped)
    }

    /// `\uXXXX`, or two of them that make one character.
    fn unicode(&mut self) -> Result<char, Stop> {
        let first = self.unit()?;
        if let Some(character) = char::from_u32(first) {
            return Ok(character);
        }
        let high = (0xD800..0xDC00).contains(&first);
        if high && self.rest().starts_with(br"\u") && self.has_more_than(6) {
            let second_at = self.at;
            let second = self.unit()?;
            if (0xDC00..0xE000).contains(&second) {
                let joined = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return Ok(char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = second_at;
        }
        self.note(OddityKind::LoneSurrogate)?;
        Ok(char::REPLACEMENT_CHARACTER)
    }

    /// The four digits behind `\u`. Something must follow them, or Python finds fault with them.
    fn unit(&mut self) -> Result<u32, Stop> {
        let refused = Stop::Syntax(self.at + 1, BAD_UNICODE);
        if !self.has_more_than(6) {
            return Err(refused);
        }
        let digits = self.text.get(self.at + 2..self.at + 6);
        let digits = digits.filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let Some(unit) = digits.and_then(|text| u32::from_str_radix(text, 16).ok()) else {
            return Err(refused);
        };
        self.at += 6;
        Ok(unit)
    }

    fn has_more_than(&self, characters: usize) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        rest.chars().nth(characters).is_some()
    }
}

fn is_plain(byte: u8) -> bool {
    byte != b'"' && byte != b'\\' && byte >= 0x20
}

fn unterminated<T>(opening: usize) -> Result<T, Stop> {
    Err(Stop::Syntax(opening, "Unterminated string starting at"))
}
