//! JSON as Python's `json` reads it: its liberties, and its words for what it refuses. Slow path only.

mod scalar;
mod string;

use serde_json::{Map, Value, map::Entry};

use super::{Dialect, report::Loc};

/// Deeper nesting is refused. Parsing, copying and dropping recurse, and must do so within a
/// thread's 2 MiB even without optimisation (1000 levels still do, 2000 do not).
pub(super) const DEEPEST: usize = 500;

/// Python refuses to turn longer digit strings into an `int`.
pub(super) const MOST_DIGITS: usize = 4300;

/// Each value is compared with all oddities, so a document with more of them is refused.
const MOST_ODDITIES: usize = 32;

/// A document, and the places where it holds what a [`Value`] cannot.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) value: Value,
    pub(super) oddities: Vec<Oddity>,
    /// Names of the document's own that stand in it more than once, with different values.
    pub(super) repeated: Vec<String>,
}

/// Something that Python's `json` accepts and Unicode or JSON does not.
#[derive(Debug, PartialEq)]
pub(super) struct Oddity {
    /// Where it is, from the document's root.
    pub(super) loc: Vec<Loc>,
    pub(super) kind: OddityKind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum OddityKind {
    /// `NaN`, `Infinity`, `-Infinity`; `null` stands for it.
    NotFinite,
    /// A string with half of a surrogate pair; U+FFFD stands for it.
    LoneSurrogate,
}

/// Why there is no document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Refusal {
    /// Malformed at this character.
    Syntax {
        position: usize,
        reason: &'static str,
    },
    /// Nobody means it: `nested_too_deeply`, `number_too_long`, `too_many_oddities`.
    Absurd(&'static str),
}

/// Reads a whole document. Of duplicate keys the last value wins, at the first one's place.
pub(super) fn parse(text: &str, dialect: &Dialect) -> Result<Document, Refusal> {
    Parser::new(text, dialect, true).document()
}

/// Refuses what [`parse`] refuses, and keeps nothing: for callers who have not shown who they are.
pub(super) fn check(text: &str, dialect: &Dialect) -> Result<(), Refusal> {
    Parser::new(text, dialect, false).document().map(drop)
}

/// A refusal at a byte.
enum Stop {
    Syntax(usize, &'static str),
    Absurd(&'static str),
}

impl Stop {
    fn into_refusal(self, text: &str) -> Refusal {
        match self {
            Self::Absurd(what) => Refusal::Absurd(what),
            Self::Syntax(at, reason) => {
                let before = text.get(..at).unwrap_or(text);
                Refusal::Syntax {
                    position: before.chars().count(),
                    reason,
                }
            }
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// Whether to put values into their containers.
    keeping: bool,
    names_trailing_comma: bool,
    /// With places from the inside out while parsing, so that good documents need none.
    oddities: Vec<Oddity>,
    repeated: Vec<String>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, dialect: &Dialect, keeping: bool) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            keeping,
            names_trailing_comma: dialect.names_trailing_comma,
            oddities: Vec::new(),
            repeated: Vec::new(),
        }
    }

    fn document(mut self) -> Result<Document, Refusal> {
        self.skip_blanks();
        let value = self.value().map_err(|stop| stop.into_refusal(self.text))?;
        self.skip_blanks();
        if self.at < self.text.len() {
            return Err(Stop::Syntax(self.at, "Extra data").into_refusal(self.text));
        }
        for oddity in &mut self.oddities {
            oddity.loc.reverse();
        }
        Ok(Document {
            value,
            oddities: self.oddities,
            repeated: self.repeated,
        })
    }
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn syntax<T>(&self, reason: &'static str) -> Result<T, Stop> {
        Err(Stop::Syntax(self.at, reason))
    }

    fn value(&mut self) -> Result<Value, Stop> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::String),
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, Stop>) -> Result<Value, Stop> {
        if self.depth == DEEPEST {
            return Err(Stop::Absurd("nested_too_deeply"));
        }
        self.depth += 1;
        self.at += 1;
        self.skip_blanks();
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn note(&mut self, kind: OddityKind) -> Result<(), Stop> {
        if self.oddities.len() == MOST_ODDITIES {
            return Err(Stop::Absurd("too_many_oddities"));
        }
        self.oddities.push(Oddity {
            loc: Vec::new(),
            kind,
        });
        Ok(())
    }

    fn object(&mut self) -> Result<Value, Stop> {
        let mut fields = Map::new();
        let outside = self.oddities.len();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(fields));
        }
        loop {
            if self.peek() != Some(b'"') {
                return self.syntax("Expecting property name enclosed in double quotes");
            }
            let before = self.oddities.len();
            let name = self.string()?;
            self.oddities.truncate(before);
            self.skip_blanks();
            if self.peek() != Some(b':') {
                return self.syntax("Expecting ':' delimiter");
            }
            self.at += 1;
            self.skip_blanks();
            let value = self.value()?;
            if self.oddities.len() > outside {
                let overwrites = fields.contains_key(&name);
                self.place(outside, before, &name, overwrites);
            }
            if self.keeping {
                self.keep(&mut fields, name, value);
            }
            if self.ends(b'}', "Illegal trailing comma before end of object")? {
                return Ok(Value::Object(fields));
            }
        }
    }

    /// The last value of a name counts.
    fn keep(&mut self, fields: &mut Map<String, Value>, name: String, value: Value) {
        match fields.entry(name) {
            Entry::Vacant(place) => {
                place.insert(value);
            }
            Entry::Occupied(mut place) => {
                let differs = *place.get() != value;
                if differs && self.depth == 1 && self.repeated.len() < MOST_ODDITIES {
                    self.repeated.push(place.key().clone());
                }
                place.insert(value);
            }
        }
    }

    /// Completes the places noted since `before`, and forgets those of an overwritten duplicate.
    fn place(&mut self, outside: usize, before: usize, name: &str, overwrites: bool) {
        let step = Loc::Name(name.to_owned().into());
        let mut fresh = self.oddities.split_off(before);
        for oddity in &mut fresh {
            oddity.loc.push(step.clone());
        }
        if overwrites {
            let mut earlier = self.oddities.split_off(outside);
            earlier.retain(|oddity| oddity.loc.last() != Some(&step));
            self.oddities.append(&mut earlier);
        }
        self.oddities.append(&mut fresh);
    }

    fn array(&mut self) -> Result<Value, Stop> {
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::Array(items));
        }
        loop {
            let before = self.oddities.len();
            let value = self.value()?;
            for oddity in self.oddities.iter_mut().skip(before) {
                oddity.loc.push(Loc::Index(items.len()));
            }
            if self.keeping {
                items.push(value);
            }
            if self.ends(b']', "Illegal trailing comma before end of array")? {
                return Ok(Value::Array(items));
            }
        }
    }

    /// After an element: whether the container ends here, or else a further element follows.
    fn ends(&mut self, close: u8, trailing: &'static str) -> Result<bool, Stop> {
        self.skip_blanks();
        if self.peek() == Some(close) {
            self.at += 1;
            return Ok(true);
        }
        if self.peek() != Some(b',') {
            return self.syntax("Expecting ',' delimiter");
        }
        let comma = self.at;
        self.at += 1;
        self.skip_blanks();
        if self.names_trailing_comma && self.peek() == Some(close) {
            return Err(Stop::Syntax(comma, trailing));
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests;
