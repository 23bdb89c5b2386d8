//! What stands in square brackets.

use super::{BadPattern, Letters, Reader, escapes::whole};

/// A part of a class.
enum Part {
    One(u32),
    Many(Letters),
}

impl Reader<'_> {
    pub(super) fn class(&mut self) -> Result<(), BadPattern> {
        let all_but = self.take("^");
        let mut letters = Letters::default();
        while !self.take("]") && !self.rest.is_empty() {
            let first = self.part()?;
            let is_range = self.rest.starts_with('-') && !self.rest.starts_with("-]");
            if !is_range {
                letters.add(&first.letters());
                continue;
            }
            self.next();
            match (first, self.part()?) {
                (Part::One(first), Part::One(last)) => letters.add(&Letters::range(first, last)),
                (first, last) => {
                    letters.add(&first.letters());
                    letters.add(&Letters::one(u32::from('-')));
                    letters.add(&last.letters());
                }
            }
        }
        let letters = letters.of_any_case();
        let letters = if all_but { letters.others() } else { letters };
        letters.write(&mut self.spelling.text);
        Ok(())
    }

    fn part(&mut self) -> Result<Part, BadPattern> {
        let Some(letter) = self.next() else {
            return Ok(Part::Many(Letters::default()));
        };
        if letter != '\\' {
            return Ok(Part::One(u32::from(letter)));
        }
        let Some(letter) = self.next() else {
            return Ok(Part::One(u32::from('\\')));
        };
        if let Some(letters) = Letters::of_kind(letter) {
            return Ok(Part::Many(letters));
        }
        if letter == 'b' {
            return Ok(Part::One(8));
        }
        let more = |next: char| next.is_ascii_digit() || next == '_';
        if letter == 'c' && self.rest.starts_with(more) {
            return Ok(Part::One(self.next().map_or(0, u32::from) % 32));
        }
        whole(self.escaped(letter)).map(Part::One)
    }
}

impl Part {
    fn letters(self) -> Letters {
        match self {
            Self::One(code) => Letters::one(code),
            Self::Many(letters) => letters,
        }
    }
}
