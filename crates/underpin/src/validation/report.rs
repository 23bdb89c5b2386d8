//! Everything that is wrong with a request, in the order it was found, and its form on the wire.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::{Dialect, python};

/// A report that would render to about this many bytes takes no further faults. Each missing field
/// echoes its whole object, so the number of faults alone would not bound an answer.
const FULL: usize = 8 << 20;

/// A step on the way from the request to the value at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loc {
    /// `body`, `query`, a field, a key.
    Name(Cow<'static, str>),
    /// An item of a list, or the character of a syntax error.
    Index(usize),
}

impl From<&'static str> for Loc {
    fn from(name: &'static str) -> Self {
        Self::Name(Cow::Borrowed(name))
    }
}

impl From<usize> for Loc {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Pydantic's name of the fault: `missing`, `string_type`.
    pub kind: &'static str,
    /// Where, from the outside in.
    pub loc: Vec<Loc>,
    /// The sentence that people read.
    pub msg: Cow<'static, str>,
    /// What was received.
    pub input: Value,
    /// The parts of the sentence, for programs.
    pub ctx: Option<Map<String, Value>>,
    /// Whether dialects that explain faults by a `url` do so for this one.
    pub url: bool,
}

impl Fault {
    /// A fault without context.
    pub fn new(
        kind: &'static str,
        loc: Vec<Loc>,
        msg: impl Into<Cow<'static, str>>,
        input: Value,
    ) -> Self {
        Self {
            kind,
            loc,
            msg: msg.into(),
            input,
            ctx: None,
            url: true,
        }
    }

    /// Adds a part of the sentence for programs.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.ctx
            .get_or_insert_default()
            .insert(key.to_owned(), value.into());
        self
    }

    /// Something that had to be there was not. `input` is what it was looked for in.
    pub fn missing(loc: Vec<Loc>, input: Value) -> Self {
        Self::new("missing", loc, "Field required", input)
    }

    /// A rule of the program's own, as a Pydantic validator that raises `ValueError` reports it.
    pub fn value_error(loc: Vec<Loc>, reason: &str, input: Value) -> Self {
        Self::new("value_error", loc, format!("Value error, {reason}"), input)
            .with("error", json!({}))
    }

    /// The body is not JSON; `position` counts characters.
    pub fn json_invalid(position: usize, reason: &'static str) -> Self {
        let loc = vec![Loc::from("body"), Loc::from(position)];
        let fault = Self::new("json_invalid", loc, "JSON decode error", json!({}));
        Self {
            url: false,
            ..fault.with("error", reason)
        }
    }

    /// About how many bytes it renders to.
    fn weight(&self) -> usize {
        let name = |step: &Loc| match step {
            Loc::Name(name) => name.len() + 3,
            Loc::Index(_) => 8,
        };
        let loc: usize = self.loc.iter().map(name).sum();
        160 + self.msg.len() + loc + python::weight(&self.input)
    }

    fn into_value(self, dialect: &Dialect) -> Value {
        let mut item = Map::with_capacity(6);
        let loc = self.loc.into_iter().map(|step| match step {
            Loc::Name(name) => Value::from(name),
            Loc::Index(index) => Value::from(index),
        });
        item.insert("type".to_owned(), Value::from(self.kind));
        item.insert("loc".to_owned(), loc.collect());
        item.insert("msg".to_owned(), Value::from(self.msg));
        item.insert("input".to_owned(), python::notation(self.input));
        if let Some(ctx) = self.ctx {
            item.insert("ctx".to_owned(), python::notation(Value::Object(ctx)));
        }
        if let (true, Some(version)) = (self.url, dialect.pydantic_url) {
            let url = format!("https://errors.pydantic.dev/{version}/v/{}", self.kind);
            item.insert("url".to_owned(), Value::from(url));
        }
        Value::Object(item)
    }
}

/// Everything that is wrong with a request: path, query, headers and body share one.
#[derive(Debug, Default)]
pub struct Report {
    faults: Vec<Fault>,
    weight: usize,
}

impl Report {
    /// A report without faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fault, unless the answer would grow out of all proportion.
    pub fn push(&mut self, fault: Fault) {
        if !self.is_full() {
            self.weight += fault.weight();
            self.faults.push(fault);
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    /// Whether further faults would be dropped, so that looking for them is in vain.
    pub fn is_full(&self) -> bool {
        self.weight >= FULL
    }

    /// The faults so far, in the order they were found.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The list under `detail`, each item's keys in the order of the contract (notes, section 2).
    pub fn into_detail(self, dialect: &Dialect) -> Value {
        self.faults
            .into_iter()
            .map(|fault| fault.into_value(dialect))
            .collect()
    }
}
