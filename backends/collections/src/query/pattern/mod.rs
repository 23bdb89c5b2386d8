//! v0's `_like`: a regular expression as JavaScript reads it, on any part of a text, whatever the case. What runs it has a
//! limit: an expression comes from the network. How JavaScript writes one is the `spelling`'s business.

mod letters;
mod spelling;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use self::spelling::Spelling;

/// In characters.
const LONGEST: usize = 1_000;

/// In bytes, for what is compiled.
const LARGEST: usize = 512 * 1024;

/// In instructions, of an expression that goes back.
const LARGEST_PROGRAM: usize = 10_000;

/// How often an expression may go back in a text without more ado.
const FEW_STEPS: usize = 1_000;

/// How often it may in a text for which that is too little.
const STEPS: usize = 50_000;

/// For how many texts that may be: an expression is made for one request.
const HARD_TEXTS: usize = 100;

/// In bytes, for expressions that go back: each step may look at all of the text.
const LONGEST_TEXT: usize = 10_000;

/// A regular expression, ready for use.
#[derive(Clone)]
pub struct Pattern {
    source: Arc<str>,
    engine: Arc<Engine>,
    /// Texts that needed the thorough engine, those that it was not spent on any more with them.
    hard: Arc<AtomicUsize>,
}

/// An expression that JavaScript would refuse, or that is more than one may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPattern(pub String);

enum Engine {
    /// Its time grows with the text, whatever the expression.
    Linear(regex::Regex),
    /// For what looks around or refers back.
    Backtracking(Backtracking),
}

struct Backtracking {
    quick: fancy_regex::Regex,
    thorough: fancy_regex::Regex,
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
        regress::Regex::with_flags(source, flags)
            .map_err(|bad| BadPattern(in_js_words(&bad.to_string(), source)))?;
        Ok(Self {
            source: source.into(),
            engine: Arc::new(Engine::new(source)?),
            hard: Arc::default(),
        })
    }

    /// Whether it is one that may be given up on texts.
    pub fn goes_back(&self) -> bool {
        matches!(*self.engine, Engine::Backtracking(_))
    }

    /// Whether it was given up on texts since it was made: what it found is not all there is.
    pub fn is_exhausted(&self) -> bool {
        self.hard.load(Ordering::Relaxed) > HARD_TEXTS
    }

    /// The same, to be given up on as many texts again.
    #[must_use]
    pub fn with_new_budget(&self) -> Self {
        Self {
            hard: Arc::default(),
            ..self.clone()
        }
    }

    /// Whether it matches anywhere in `text`. Not if finding out takes too long.
    pub fn is_in(&self, text: &str) -> bool {
        match &*self.engine {
            Engine::Linear(regex) => regex.is_match(text),
            Engine::Backtracking(_) if text.len() > LONGEST_TEXT => false,
            Engine::Backtracking(engine) => engine.is_in(text, &self.hard),
        }
    }
}

impl Backtracking {
    fn new(text: &str) -> Result<Self, BadPattern> {
        let limited = |steps| {
            let regex = fancy_regex::RegexBuilder::new(text)
                .backtrack_limit(steps)
                .delegate_size_limit(LARGEST)
                .max_prog_size(LARGEST_PROGRAM)
                .build();
            regex.map_err(|_| too_much())
        };
        Ok(Self {
            quick: limited(FEW_STEPS)?,
            thorough: limited(STEPS)?,
        })
    }

    fn is_in(&self, text: &str, hard: &AtomicUsize) -> bool {
        if let Ok(found) = self.quick.is_match(text) {
            return found;
        }
        let may_go_on = hard.fetch_add(1, Ordering::Relaxed) < HARD_TEXTS;
        may_go_on && self.thorough.is_match(text).unwrap_or(false)
    }
}

impl Engine {
    fn new(source: &str) -> Result<Self, BadPattern> {
        let spelling = Spelling::of(source)?;
        if spelling.goes_back {
            return Backtracking::new(&spelling.text).map(Self::Backtracking);
        }
        let regex = regex::RegexBuilder::new(&spelling.text)
            .size_limit(LARGEST)
            .build();
        regex.map(Self::Linear).map_err(|_| too_much())
    }
}

/// What JavaScript's engine says where `regress` says `problem`.
fn in_js_words(problem: &str, source: &str) -> String {
    let opened = source.matches('(').count() > source.matches(')').count();
    let words = match problem {
        "Unbalanced bracket" => "Unterminated character class",
        "Unbalanced parenthesis" if opened => "Unterminated group",
        "Unbalanced parenthesis" => "Unmatched ')'",
        "Invalid atom character" => "Nothing to repeat",
        "Incomplete escape" => "\\ at end of pattern",
        other => other,
    };
    words.to_owned()
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
