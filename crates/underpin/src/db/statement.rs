//! The text of a statement: one for both engines, or two side by side, and how it is recognised again.

use std::{collections::HashMap, sync::Arc};

use super::{Engine, Query};

/// A statement's text for each engine.
#[derive(Clone, Debug)]
pub struct Statement {
    sqlite: Text,
    postgres: Text,
}

impl Statement {
    pub(super) fn text(&self, engine: Engine) -> &Text {
        match engine {
            Engine::Sqlite => &self.sqlite,
            Engine::Postgres => &self.postgres,
        }
    }
}

impl From<&'static str> for Statement {
    fn from(text: &'static str) -> Self {
        dialects(text, text)
    }
}

/// A statement put together at run time, an `IN` list for example. Values never belong into the text.
impl From<String> for Statement {
    fn from(text: String) -> Self {
        let text = Text::Built(text.into());
        Self {
            sqlite: text.clone(),
            postgres: text,
        }
    }
}

/// A statement with parameters `$1`, `$2`, …, for both engines.
pub fn sql(statement: impl Into<Statement>) -> Query {
    Query::new(statement.into())
}

/// Two texts for one statement, where the dialects differ. Both number their parameters alike.
pub const fn dialects(sqlite: &'static str, postgres: &'static str) -> Statement {
    Statement {
        sqlite: Text::Fixed(sqlite),
        postgres: Text::Fixed(postgres),
    }
}

#[derive(Clone, Debug)]
pub(super) enum Text {
    Fixed(&'static str),
    Built(Arc<str>),
}

impl Text {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Fixed(text) => text,
            Self::Built(text) => text,
        }
    }
}

/// How many texts built at run time one cache keeps; one more empties that part of it.
const BUILT_LIMIT: usize = 256;

/// Something kept per statement text. Fixed texts are found by their address, without hashing them.
#[derive(Debug)]
pub(super) struct PerStatement<V> {
    fixed: HashMap<(usize, usize), V>,
    built: HashMap<Arc<str>, V>,
}

impl<V> Default for PerStatement<V> {
    fn default() -> Self {
        Self {
            fixed: HashMap::new(),
            built: HashMap::new(),
        }
    }
}

impl<V> PerStatement<V> {
    pub(super) fn get(&self, text: &Text) -> Option<&V> {
        match text {
            Text::Fixed(text) => self.fixed.get(&address(text)),
            Text::Built(text) => self.built.get(text),
        }
    }

    pub(super) fn insert(&mut self, text: &Text, value: V) {
        match text {
            Text::Fixed(text) => self.fixed.insert(address(text), value),
            Text::Built(text) => {
                if self.built.len() >= BUILT_LIMIT {
                    self.built.clear();
                }
                self.built.insert(Arc::clone(text), value)
            }
        };
    }

    pub(super) fn remove(&mut self, text: &Text) {
        match text {
            Text::Fixed(text) => self.fixed.remove(&address(text)),
            Text::Built(text) => self.built.remove(text),
        };
    }
}

fn address(text: &'static str) -> (usize, usize) {
    (text.as_ptr().addr(), text.len())
}

/// What a statement does, told by its first word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// `SELECT`, `VALUES`, `TABLE`, `EXPLAIN`, `SHOW`, `PRAGMA`.
    Read,
    /// `WITH`: the engine must say.
    With,
    /// `INSERT`, `UPDATE`, `DELETE`, `REPLACE`, `MERGE`.
    Write,
    /// Belongs to transactions and is the layer's own affair.
    Transaction,
    /// Anything else, as tables being made.
    Other,
}

impl Verb {
    pub(super) fn of(text: &str) -> Self {
        let word = first_word(text);
        let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
        if is(&["SELECT", "VALUES", "TABLE", "EXPLAIN", "SHOW", "PRAGMA"]) {
            Self::Read
        } else if is(&["WITH"]) {
            Self::With
        } else if is(&["INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE"]) {
            Self::Write
        } else if is(&[
            "BEGIN",
            "START",
            "COMMIT",
            "END",
            "ROLLBACK",
            "ABORT",
            "SAVEPOINT",
            "RELEASE",
            "ATTACH",
            "DETACH",
        ]) {
            Self::Transaction
        } else {
            Self::Other
        }
    }
}

/// The first word after white space, comments and opening brackets.
fn first_word(text: &str) -> &str {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
        let skipped = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map(|(_, after)| after)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map(|(_, after)| after)
        } else {
            break;
        };
        rest = skipped.unwrap_or("");
    }
    let end = rest.find(|c: char| !c.is_ascii_alphabetic());
    rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest)
}

/// The text on one line, at most 200 characters: for logs.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 200;
    let mut short = String::with_capacity(text.len().min(LONGEST + 4));
    for word in text.split_whitespace() {
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
        if let Some((cut, _)) = short.char_indices().nth(LONGEST) {
            short.truncate(cut);
            short.push('…');
            break;
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_tells_what_a_statement_does() {
        assert_eq!(Verb::of(" -- why\n /* and */ (select 1)"), Verb::Read);
        assert_eq!(Verb::of("WITH a AS (SELECT 1) DELETE FROM t"), Verb::With);
        assert_eq!(Verb::of("insert into t values (1)"), Verb::Write);
        assert_eq!(Verb::of("COMMIT"), Verb::Transaction);
        assert_eq!(Verb::of("create table t (id int)"), Verb::Other);
        assert_eq!(Verb::of("-- nothing else"), Verb::Other);
    }

    #[test]
    fn a_shortened_text_is_one_line_of_bounded_length() {
        assert_eq!(shortened("SELECT a,\n       b"), "SELECT a, b");
        assert_eq!(shortened(&"é".repeat(1000)).chars().count(), 201);
    }

    #[test]
    fn texts_built_at_run_time_are_kept_up_to_a_limit() {
        let mut cache = PerStatement::default();
        for number in 0..=BUILT_LIMIT {
            cache.insert(&Text::Built(format!("SELECT {number}").into()), number);
        }
        assert_eq!(cache.built.len(), 1);
    }
}
