//! v0's `_like`: a regular expression as JavaScript reads it, on any part of a text, whatever the case. What runs it has a
//! limit: an expression comes from the network. How JavaScript writes one is the `spelling`'s business.

mod letters;
mod spelling;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use self::spelling::Spelling;

/// In characters.
const LONGEST: usize = 1_000;

/// In bytes, for what is compiled.
const LARGEST: usize = 512 * 1024;

/// In instructions, of an expression that goes back.
const LARGEST_PROGRAM: usize = 10_000;

/// How often an expression may go back in one text.
const STEPS: usize = 50_000;

/// In bytes, for expressions that go back: each step may look at all of the text.
const LONGEST_TEXT: usize = 10_000;

/// A regular expression, ready for use.
#[derive(Clone)]
pub struct Pattern {
    source: Arc<str>,
    engine: Arc<Engine>,
}

/// An expression that JavaScript would refuse, or that is more than one may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPattern(pub String);

enum Engine {
    /// Its time grows with the text, whatever the expression.
    Linear(regex::Regex),
    /// For what looks around or refers back.
    Backtracking(fancy_regex::Regex),
}

impl Pattern {
    /// Reads `source`.
    pub fn new(source: &str) -> Result<Self, BadPattern> {
        if source.chars().count() > LONGEST {
            return Err(BadPattern(format!("Longer than {LONGEST} characters")));
        }
        let flags = regress::Flags {
            icase: true,
            ..regress::Flags::default()
        };
        regress::Regex::with_flags(source, flags).map_err(|bad| BadPattern(bad.to_string()))?;
        Ok(Self {
            source: source.into(),
            engine: Arc::new(Engine::new(source)?),
        })
    }

    /// Whether it matches anywhere in `text`. Not if finding out takes too long.
    pub fn is_in(&self, text: &str) -> bool {
        match &*self.engine {
            Engine::Linear(regex) => regex.is_match(text),
            Engine::Backtracking(_) if text.len() > LONGEST_TEXT => false,
            Engine::Backtracking(regex) => regex.is_match(text).unwrap_or(false),
        }
    }
}

impl Engine {
    fn new(source: &str) -> Result<Self, BadPattern> {
        let spelling = Spelling::of(source)?;
        if spelling.goes_back {
            let regex = fancy_regex::RegexBuilder::new(&spelling.text)
                .backtrack_limit(STEPS)
                .delegate_size_limit(LARGEST)
                .max_prog_size(LARGEST_PROGRAM)
                .build();
            return regex.map(Self::Backtracking).map_err(|_| too_much());
        }
        let regex = regex::RegexBuilder::new(&spelling.text)
            .size_limit(LARGEST)
            .build();
        regex.map(Self::Linear).map_err(|_| too_much())
    }
}

fn too_much() -> BadPattern {
    BadPattern("Too large, or of a kind that is not supported".to_owned())
}

impl fmt::Debug for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Pattern")
            .field(&self.source)
            .finish()
    }
}
