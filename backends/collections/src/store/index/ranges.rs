//! Which keys of an index the values that pass a test have.

use std::ops::Range;

use super::key::{self, ARRAY, BOOL, NULL, NUMBER, OBJECT, STRING};
use crate::app::{
    query::Test,
    value::{Json, number_of},
};

/// Keys between which all values that pass a test lie: in order, none twice.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Ranges(pub(in super::super) Vec<Part>);

/// Keys from one to another.
#[derive(Clone, Debug)]
pub(in super::super) struct Part {
    pub(in super::super) keys: Range<Vec<u8>>,
    /// Whether all values between them pass the test.
    pub(in super::super) exact: bool,
}

impl Part {
    fn new(keys: Range<Vec<u8>>, exact: bool) -> Self {
        Self { keys, exact }
    }

    /// The key, if there is only one between.
    pub(in super::super) fn single(&self) -> Option<&[u8]> {
        let (start, end) = (&self.keys.start, &self.keys.end);
        let is_single =
            end.len() == start.len() + 1 && end.starts_with(start) && end.ends_with(&[0]);
        is_single.then_some(start.as_slice())
    }
}

impl Ranges {
    /// `None` if an index is no help.
    pub(in super::super) fn of(wanted: &Test) -> Option<Self> {
        let parts = match wanted {
            Test::TextIs(text) => of_texts(text),
            Test::TextAtLeast(text) => bounded(&text_bound(text), From, true),
            Test::TextAbove(text) => bounded(&text_bound(text), From, false),
            Test::TextAtMost(text) => bounded(&text_bound(text), Until, true),
            Test::TextBelow(text) => bounded(&text_bound(text), Until, false),
            Test::Is(value) => identical(value),
            Test::In(values) => values.iter().flat_map(identical).collect(),
            Test::Greater(value) => from_value(value, From, false)?,
            Test::GreaterOrEqual(value) => from_value(value, From, true)?,
            Test::Less(value) => from_value(value, Until, false)?,
            Test::LessOrEqual(value) => from_value(value, Until, true)?,
            _ => return None,
        };
        Some(Self(disjoint(parts)))
    }

    /// The keys that both have.
    pub(in super::super) fn and(&self, other: &Self) -> Self {
        let pairs = self.0.iter().flat_map(|left| {
            let with = move |right: &Part| {
                let start = (&left.keys.start).max(&right.keys.start).clone();
                let end = (&left.keys.end).min(&right.keys.end).clone();
                (start < end).then(|| Part::new(start..end, left.exact && right.exact))
            };
            other.0.iter().filter_map(with)
        });
        Self(pairs.collect())
    }

    /// The keys of both.
    pub(in super::super) fn or(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        Self(disjoint(self.0))
    }
}

/// Exactly this key: nothing lies between it and itself with a zero behind.
fn only(key: Vec<u8>) -> Range<Vec<u8>> {
    let mut end = key.clone();
    end.push(0);
    key..end
}

fn kind(kind: u8) -> Part {
    Part::new(vec![kind]..vec![kind + 1], false)
}

fn single(key: Vec<u8>, exact: bool) -> Part {
    Part::new(only(key), exact)
}

fn identical(value: &Json) -> Vec<Part> {
    match value {
        Json::Array(_) | Json::Object(_) => Vec::new(),
        Json::Null => vec![single(vec![NULL], true)],
        Json::Bool(value) => vec![single(vec![BOOL, u8::from(*value)], true)],
        Json::Number(number) => vec![single(key::of_number(*number), true)],
        Json::Text(text) => vec![single(key::of_text(STRING, text), !key::is_cut(text))],
    }
}

/// Whatever has this text.
fn of_texts(text: &str) -> Vec<Part> {
    let is_whole = !key::is_cut(text);
    let mut parts = vec![
        single(key::of_text(STRING, text), is_whole),
        single(key::of_text(ARRAY, text), is_whole),
    ];
    let number = number_of(text);
    if Json::Number(number).to_text() == text {
        parts.push(single(key::of_number(number), true));
    }
    match text {
        "true" => parts.push(single(vec![BOOL, 1], true)),
        "false" => parts.push(single(vec![BOOL, 0], true)),
        "[object Object]" => parts.push(single(vec![OBJECT], true)),
        _ => {}
    }
    parts
}

/// Which side of a bound is wanted.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    From,
    Until,
}
use Side::{From, Until};

/// What a value of each type is compared with.
struct Bound {
    /// Numbers and booleans; NaN for none of them.
    number: f64,
    /// Texts and arrays; `None` if they are compared as numbers, which no order of texts helps with.
    text: Option<String>,
}

fn text_bound(text: &str) -> Bound {
    Bound {
        number: number_of(text),
        text: Some(text.to_owned()),
    }
}

fn from_value(value: &Json, side: Side, inclusive: bool) -> Option<Vec<Part>> {
    let bound = match value {
        Json::Text(text) => text_bound(text),
        Json::Number(number) => Bound {
            number: *number,
            text: None,
        },
        _ => return None,
    };
    // With these operators `null` counts as 0.
    let mut parts = bounded(&bound, side, inclusive);
    parts.push(single(vec![NULL], false));
    Some(parts)
}

fn bounded(bound: &Bound, side: Side, inclusive: bool) -> Vec<Part> {
    let mut parts = vec![kind(BOOL), kind(OBJECT)];
    if !bound.number.is_nan() {
        let at = key::of_number(bound.number);
        parts.push(Part::new(beside(NUMBER, at, side, inclusive), true));
    }
    for of in [STRING, ARRAY] {
        parts.push(match &bound.text {
            None => kind(of),
            Some(text) => {
                // Texts that are cut alike may lie on either side.
                let is_cut = key::is_cut(text);
                let keys = beside(of, key::of_text(of, text), side, inclusive || is_cut);
                Part::new(keys, !is_cut)
            }
        });
    }
    parts
}

/// The keys of type `of` on one side of `at`.
fn beside(of: u8, at: Vec<u8>, side: Side, inclusive: bool) -> Range<Vec<u8>> {
    match (side, inclusive) {
        (From, true) => at..vec![of + 1],
        (From, false) => only(at).end..vec![of + 1],
        (Until, true) => vec![of]..only(at).end,
        (Until, false) => vec![of]..at,
    }
}

/// In order, and none twice.
fn disjoint(mut parts: Vec<Part>) -> Vec<Part> {
    parts.sort_by(|left, right| left.keys.start.cmp(&right.keys.start));
    let mut merged: Vec<Part> = Vec::with_capacity(parts.len());
    for next in parts {
        match merged.last_mut() {
            Some(last) if next.keys.start < last.keys.end => {
                last.exact &= next.exact;
                if next.keys.end > last.keys.end {
                    last.keys.end = next.keys.end;
                }
            }
            _ => merged.push(next),
        }
    }
    merged
}
