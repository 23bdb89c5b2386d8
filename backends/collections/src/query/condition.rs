//! Conditions on a record, and whether it meets them.

use super::{Pattern, Search};
use crate::app::value::{Found, Json, Path, less, less_or_equal, strictly_equal};

/// A condition on a record.
#[derive(Clone, Debug, Default)]
pub enum Condition {
    /// Every record.
    #[default]
    All,
    /// No record.
    None,
    /// All of these; every record if there is none.
    And(Vec<Condition>),
    /// One of these; no record if there is none.
    Or(Vec<Condition>),
    /// A test of the value at a path.
    Leaf(Leaf),
    /// v0's `q`.
    Search(Search),
}

/// A test of the value at a path.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// Where the value lies.
    pub path: Path,
    /// What it must be like.
    pub test: Test,
    /// Whether a way that leads through something else than objects counts as met (v1, `--strict`).
    pub no_way_is_met: bool,
}

/// What a value must be like. A missing value meets nothing.
#[derive(Clone, Debug)]
pub enum Test {
    /// v0: it is there, if only as `null`.
    Exists,
    /// v0: its text is this one; `null` never.
    TextIs(String),
    /// v0: its text is another; `null` never.
    TextIsNot(String),
    /// v0's `_gte`: text `<=` value, as JavaScript compares; `null` never.
    TextAtLeast(String),
    /// v0's `_lte`: text `>=` value; `null` never.
    TextAtMost(String),
    /// v0 with `_gt`: text `<` value; `null` never.
    TextAbove(String),
    /// v0 with `_lt`: text `>` value; `null` never.
    TextBelow(String),
    /// v0's `_like` on its text; `null` never.
    Like(Pattern),
    /// `value === this`.
    Is(Json),
    /// `value !== this`.
    IsNot(Json),
    /// One of these is `===`.
    In(Vec<Json>),
    /// `value < this`.
    Less(Json),
    /// `value <= this`.
    LessOrEqual(Json),
    /// `value > this`.
    Greater(Json),
    /// `value >= this`.
    GreaterOrEqual(Json),
    /// A text that holds this one, whatever the case.
    Contains(String),
    /// A text that starts so, whatever the case.
    StartsWith(String),
    /// A text that ends so, whatever the case.
    EndsWith(String),
}

impl Condition {
    /// A test of the value at `path`.
    pub fn leaf(path: Path, test: Test) -> Self {
        Self::Leaf(Leaf {
            path,
            test,
            no_way_is_met: false,
        })
    }

    /// Whether `record` meets it.
    pub fn matches(&self, record: &Json) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::And(parts) => parts.iter().all(|part| part.matches(record)),
            Self::Or(parts) => parts.iter().any(|part| part.matches(record)),
            Self::Leaf(leaf) => leaf.matches(record),
            Self::Search(search) => search.matches(record),
        }
    }

    /// Whether an expression in it was given up on some records: what was found is not all there is.
    pub fn is_exhausted(&self) -> bool {
        self.has_pattern(Pattern::is_exhausted)
    }

    /// Whether that can happen: what is found then depends on what the request has looked at before.
    pub fn may_be_exhausted(&self) -> bool {
        self.has_pattern(Pattern::goes_back)
    }

    /// The same, with as much patience again for each expression in it.
    #[must_use]
    pub fn with_new_budget(&self) -> Self {
        let all = |parts: &[Self]| parts.iter().map(Self::with_new_budget).collect();
        match self {
            Self::And(parts) => Self::And(all(parts)),
            Self::Or(parts) => Self::Or(all(parts)),
            Self::Leaf(Leaf {
                path,
                test: Test::Like(pattern),
                no_way_is_met,
            }) => Self::Leaf(Leaf {
                path: path.clone(),
                test: Test::Like(pattern.with_new_budget()),
                no_way_is_met: *no_way_is_met,
            }),
            other => other.clone(),
        }
    }

    fn has_pattern(&self, such: fn(&Pattern) -> bool) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(|part| part.has_pattern(such)),
            Self::Leaf(leaf) => match &leaf.test {
                Test::Like(pattern) => such(pattern),
                _ => false,
            },
            Self::All | Self::None | Self::Search(_) => false,
        }
    }

    /// The same without layers that say nothing.
    #[must_use]
    pub fn simplified(self) -> Self {
        match self {
            Self::And(parts) => {
                let parts = parts.into_iter().map(Self::simplified);
                let mut parts: Vec<_> = parts.filter(|part| !matches!(part, Self::All)).collect();
                match parts.len() {
                    0 => Self::All,
                    1 => parts.swap_remove(0),
                    _ if parts.iter().any(|part| matches!(part, Self::None)) => Self::None,
                    _ => Self::And(parts),
                }
            }
            Self::Or(parts) => {
                let parts = parts.into_iter().map(Self::simplified);
                let mut parts: Vec<_> = parts.filter(|part| !matches!(part, Self::None)).collect();
                match parts.len() {
                    0 => Self::None,
                    1 => parts.swap_remove(0),
                    _ if parts.iter().any(|part| matches!(part, Self::All)) => Self::All,
                    _ => Self::Or(parts),
                }
            }
            other => other,
        }
    }
}

impl Leaf {
    fn matches(&self, record: &Json) -> bool {
        match self.path.find(record) {
            Found::Value(value) => self.test.accepts(&value),
            Found::Missing => false,
            Found::NoWay => self.no_way_is_met,
        }
    }
}

impl Test {
    /// Whether `value` is like that.
    pub fn accepts(&self, value: &Json) -> bool {
        match self {
            Self::Exists => true,
            Self::Is(wanted) => strictly_equal(value, wanted),
            Self::IsNot(wanted) => !strictly_equal(value, wanted),
            Self::In(wanted) => wanted.iter().any(|wanted| strictly_equal(value, wanted)),
            Self::Less(bound) => less(value, bound),
            Self::LessOrEqual(bound) => less_or_equal(value, bound),
            Self::Greater(bound) => less(bound, value),
            Self::GreaterOrEqual(bound) => less_or_equal(bound, value),
            Self::Contains(_) | Self::StartsWith(_) | Self::EndsWith(_) => {
                value.as_text().is_some_and(|text| self.accepts_text(text))
            }
            _ => *value != Json::Null && self.accepts_like_v0(value),
        }
    }

    /// v0's tests, on anything but `null`.
    fn accepts_like_v0(&self, value: &Json) -> bool {
        let bound = |text: &String| Json::Text(text.clone());
        match self {
            Self::TextIs(text) => value.to_text() == text.as_str(),
            Self::TextIsNot(text) => value.to_text() != text.as_str(),
            Self::TextAtLeast(text) => less_or_equal(&bound(text), value),
            Self::TextAtMost(text) => less_or_equal(value, &bound(text)),
            Self::TextAbove(text) => less(&bound(text), value),
            Self::TextBelow(text) => less(value, &bound(text)),
            Self::Like(pattern) => pattern.is_in(&value.to_text()),
            _ => false,
        }
    }

    /// v1's tests of texts. The needle is lower-cased as the text is.
    fn accepts_text(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        match self {
            Self::Contains(needle) => text.contains(&needle.to_lowercase()),
            Self::StartsWith(needle) => text.starts_with(&needle.to_lowercase()),
            Self::EndsWith(needle) => text.ends_with(&needle.to_lowercase()),
            _ => false,
        }
    }
}
