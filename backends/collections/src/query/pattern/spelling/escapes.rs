//! Characters that a backslash stands for.

use super::{BadPattern, Reader, unsupported};

impl Reader<'_> {
    /// The character that a backslash and `letter` (and what follows) stand for.
    pub(super) fn escaped(&mut self, letter: char) -> u32 {
        match letter {
            't' => 9,
            'n' => 10,
            'v' => 11,
            'f' => 12,
            'r' => 13,
            'c' if self
                .rest
                .starts_with(|next: char| next.is_ascii_alphabetic()) =>
            {
                self.next().map_or(0, u32::from) % 32
            }
            'c' => {
                // The backslash is one, and the `c` is still to come.
                self.rest = &self.source[self.source.len() - self.rest.len() - 1..];
                u32::from('\\')
            }
            'x' => self.hexadecimal(2).unwrap_or(u32::from('x')),
            'u' => self.unit().unwrap_or(u32::from('u')),
            '0'..='7' => self.octal(letter),
            _ => u32::from(letter),
        }
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<u32> {
        let text = self.rest.get(..digits)?;
        let code = text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let code = code.then(|| u32::from_str_radix(text, 16).ok())??;
        self.rest = &self.rest[digits..];
        Some(code)
    }

    /// Two halves of a pair are one character.
    fn unit(&mut self) -> Option<u32> {
        let unit = self.hexadecimal(4)?;
        let rest = self.rest;
        if (0xD800..0xDC00).contains(&unit) && self.take(r"\u") {
            match self.hexadecimal(4) {
                Some(low) if (0xDC00..0xE000).contains(&low) => {
                    return Some(0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
                }
                _ => self.rest = rest,
            }
        }
        Some(unit)
    }

    fn octal(&mut self, first: char) -> u32 {
        let mut code = first.to_digit(8).unwrap_or(0);
        for _ in 0..2 {
            let digit = self.rest.chars().next().and_then(|next| next.to_digit(8));
            match digit {
                Some(digit) if code * 8 + digit <= 0o377 => code = code * 8 + digit,
                _ => break,
            }
            self.next();
        }
        code
    }
}

/// Texts have whole characters only.
pub(super) fn whole(code: u32) -> Result<u32, BadPattern> {
    if (0xD800..0xE000).contains(&code) {
        return Err(unsupported("Halves of a surrogate pair"));
    }
    Ok(code)
}
