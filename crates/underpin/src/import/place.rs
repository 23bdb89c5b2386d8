//! Where in the source a record stands.

use std::fmt;

/// Where in the source a record stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// How many records stand before it.
    pub index: u64,
    /// The line of a file on which it begins, the first being 1.
    pub line: Option<u64>,
    /// The byte of a file at which it begins.
    pub byte: Option<u64>,
}

impl Place {
    pub(super) fn at(index: u64) -> Self {
        Self {
            index,
            ..Self::default()
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "index {}", self.index)?;
        match self.line {
            Some(line) => write!(formatter, ", line {line}"),
            None => Ok(()),
        }
    }
}
