//! v0's `_like`: a regular expression as JavaScript reads it, on any part of a text, whatever the case.

use std::{fmt, sync::Arc};

use regress::{Flags, Regex};

/// A regular expression, ready for use.
#[derive(Clone)]
pub struct Pattern {
    source: Arc<str>,
    regex: Arc<Regex>,
}

/// An expression that JavaScript would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPattern(pub String);

impl Pattern {
    /// Reads `source`.
    pub fn new(source: &str) -> Result<Self, BadPattern> {
        let flags = Flags {
            icase: true,
            ..Flags::default()
        };
        let regex = Regex::with_flags(source, flags);
        let regex = regex.map_err(|error| BadPattern(error.to_string()))?;
        Ok(Self {
            source: source.into(),
            regex: Arc::new(regex),
        })
    }

    /// Whether it matches anywhere in `text`.
    pub fn is_in(&self, text: &str) -> bool {
        self.regex.find(text).is_some()
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Pattern")
            .field(&self.source)
            .finish()
    }
}
