//! Where in a record a value lies: `author.name`, `labels.0`, `labels.length`.

use std::borrow::Cow;

use super::{Json, object::array_index};

/// A way into a record. Equal paths look up the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// As it was asked for. A key of the record that is the same wins over the way (v0 only).
    literal: Option<String>,
    steps: Vec<String>,
    /// Whether arrays and texts can be stepped into.
    into_lists: bool,
}

/// What lies at a path.
#[derive(Debug)]
pub enum Found<'v> {
    /// A value.
    Value(Cow<'v, Json>),
    /// Nothing; the last step was into an object that lacks the key.
    Missing,
    /// Nothing; a step was into something that is no object.
    NoWay,
}

impl Path {
    /// v0's paths, and v1's when sorting: dots and brackets, into arrays and texts; a literal key wins.
    pub fn lodash(text: &str) -> Self {
        Self {
            literal: Some(text.to_owned()).filter(|_| !is_one_step(text)),
            steps: lodash_steps(text),
            into_lists: true,
        }
    }

    /// Keys of objects within objects; v1's filters.
    pub fn keys(steps: Vec<String>) -> Self {
        Self {
            literal: None,
            steps,
            into_lists: false,
        }
    }

    /// Steps into objects and arrays without a literal key; v1's sorting.
    pub fn steps(steps: Vec<String>) -> Self {
        Self {
            literal: None,
            steps,
            into_lists: true,
        }
    }

    /// One key of the record itself.
    pub fn key(name: &str) -> Self {
        Self::keys(vec![name.to_owned()])
    }

    /// The first step: the record's key that decides over all others.
    pub fn first(&self) -> &str {
        self.steps.first().map_or("", String::as_str)
    }

    /// Whether there is one step, which is the key itself.
    pub(crate) fn is_plain(&self) -> bool {
        self.steps.len() == 1
    }

    /// As JSON, for the catalogue of indexes.
    pub(crate) fn to_json(&self) -> Json {
        let steps = self.steps.iter().map(|step| step.as_str().into()).collect();
        let literal = self.literal.as_deref().map_or(Json::Null, Json::from);
        Json::Array(vec![
            literal,
            Json::Array(steps),
            Json::Bool(self.into_lists),
        ])
    }

    /// Reads [`Path::to_json`].
    pub(crate) fn from_json(json: &Json) -> Option<Self> {
        let Json::Array(parts) = json else {
            return None;
        };
        let [literal, Json::Array(steps), Json::Bool(into_lists)] = parts.as_slice() else {
            return None;
        };
        let steps = steps.iter().map(|step| step.as_text().map(str::to_owned));
        Some(Self {
            literal: literal.as_text().map(str::to_owned),
            steps: steps.collect::<Option<_>>()?,
            into_lists: *into_lists,
        })
    }

    /// What lies there in `record`.
    pub fn find<'v>(&self, record: &'v Json) -> Found<'v> {
        if let (Some(literal), Json::Object(object)) = (&self.literal, record)
            && let Some(value) = object.get(literal)
        {
            return Found::Value(Cow::Borrowed(value));
        }
        let mut at = Cow::Borrowed(record);
        let last = self.steps.len().saturating_sub(1);
        for (place, step) in self.steps.iter().enumerate() {
            at = match at {
                Cow::Borrowed(value) => match self.step(value, step) {
                    Found::Value(next) => next,
                    Found::Missing if place < last => return Found::NoWay,
                    nothing => return nothing,
                },
                // Lengths and characters have nothing within that is asked for.
                Cow::Owned(_) => return Found::NoWay,
            };
        }
        Found::Value(at)
    }

    /// The value there, if there is one.
    pub fn get<'v>(&self, record: &'v Json) -> Option<Cow<'v, Json>> {
        match self.find(record) {
            Found::Value(value) => Some(value),
            Found::Missing | Found::NoWay => None,
        }
    }

    fn step<'v>(&self, value: &'v Json, step: &str) -> Found<'v> {
        match value {
            Json::Object(object) => match object.get(step) {
                Some(found) => Found::Value(Cow::Borrowed(found)),
                None => Found::Missing,
            },
            Json::Array(items) if self.into_lists => {
                let found = match array_index(step) {
                    Some(index) => items.get(index as usize).map(Cow::Borrowed),
                    None if step == "length" => Some(Cow::Owned(length(items.len()))),
                    None => None,
                };
                found.map_or(Found::Missing, Found::Value)
            }
            Json::Text(text) if self.into_lists => {
                let found = match array_index(step) {
                    Some(index) => character(text, index as usize),
                    None if step == "length" => Some(length(text.encode_utf16().count())),
                    None => None,
                };
                found.map_or(Found::Missing, |found| Found::Value(Cow::Owned(found)))
            }
            _ => Found::NoWay,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "no length reaches 2^53")]
fn length(count: usize) -> Json {
    Json::Number(count as f64)
}

/// The code unit at `index`, if it is a whole character.
fn character(text: &str, index: usize) -> Option<Json> {
    let unit = text.encode_utf16().nth(index)?;
    let found = char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER);
    Some(Json::Text(found.to_string()))
}

/// Such a text is its only step: a literal key needs no look of its own.
fn is_one_step(text: &str) -> bool {
    !text.is_empty() && !text.contains(['.', '[', ']'])
}

/// `a.b[0].c` and `a["b"]` as steps.
fn lodash_steps(text: &str) -> Vec<String> {
    let mut steps = Vec::new();
    for (index, part) in text.split('.').enumerate() {
        let (name, mut rest) = part.split_at(part.find('[').unwrap_or(part.len()));
        if !name.is_empty() || rest.is_empty() || index > 0 && !rest.starts_with('[') {
            steps.push(name.to_owned());
        }
        while let Some((inner, after)) =
            rest.strip_prefix('[').and_then(|rest| rest.split_once(']'))
        {
            steps.push(inner.trim_matches(['"', '\'']).to_owned());
            rest = after;
        }
        if !rest.is_empty() {
            steps.push(rest.to_owned());
        }
    }
    steps
}
