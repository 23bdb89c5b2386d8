//! What a value must be, in words: for complaints and for the table of variables.

use std::fmt;

/// What a size counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// The number itself.
    One,
    /// Seconds of a duration.
    Seconds,
    /// Characters of a text.
    Characters,
}

/// What a value must be. Its `Display` completes "must be …".
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// "a whole number"; not said if there are `words`.
    pub expected: &'static str,
    /// "30s or 250ms".
    pub examples: &'static str,
    /// All allowed words, if there are but a few.
    pub words: &'static [&'static str],
    /// What `min` and `max` count.
    pub unit: Unit,
    /// The least size.
    pub min: Option<f64>,
    /// The greatest size.
    pub max: Option<f64>,
    /// Whether the value must never be shown.
    pub secret: bool,
}

impl Shape {
    /// A shape without bounds.
    pub const fn new(expected: &'static str) -> Self {
        Self {
            expected,
            examples: "",
            words: &[],
            unit: Unit::One,
            min: None,
            max: None,
            secret: false,
        }
    }

    /// The same with examples: "30s or 250ms".
    #[must_use]
    pub const fn such_as(mut self, examples: &'static str) -> Self {
        self.examples = examples;
        self
    }

    /// One of these words.
    pub const fn words(words: &'static [&'static str]) -> Self {
        let mut shape = Self::new("a word");
        shape.words = words;
        shape
    }

    pub(super) const fn counted_in(mut self, unit: Unit) -> Self {
        self.unit = unit;
        self
    }

    pub(super) const fn at_least(mut self, min: f64) -> Self {
        self.min = Some(min);
        self
    }

    pub(super) const fn between(mut self, min: f64, max: f64) -> Self {
        self.min = Some(min);
        self.max = Some(max);
        self
    }

    pub(super) fn allows(&self, size: f64) -> bool {
        self.min.is_none_or(|min| size >= min) && self.max.is_none_or(|max| size <= max)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.words.is_empty() {
            formatter.write_str(self.expected)?;
        } else {
            write!(formatter, "one of {}", self.words.join(", "))?;
        }
        match (self.min, self.max) {
            (Some(min), Some(max)) => write!(formatter, " from {min} to {max}")?,
            (Some(min), None) => write!(formatter, " of at least {min}")?,
            (None, Some(max)) => write!(formatter, " of at most {max}")?,
            (None, None) => {}
        }
        let unit = match self.unit {
            Unit::Seconds => " seconds",
            Unit::Characters => " characters",
            Unit::One => "",
        };
        if self.min.is_some() || self.max.is_some() {
            formatter.write_str(unit)?;
        }
        if !self.examples.is_empty() {
            write!(formatter, ", such as {}", self.examples)?;
        }
        Ok(())
    }
}
