//! A record of a file, read as a body is but in two steps, so that an import can look at it in between.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    Dialect, Loc, Model, Report,
    json::{self, Document, OddityKind, Refusal},
    typed::build,
    walk::walk,
};

/// Deeper nesting is refused.
pub(crate) const DEEPEST: usize = json::DEEPEST;

/// What was read, and what of it neither JSON nor Unicode can say: the field, and the validator's word for it.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) value: Value,
    pub(crate) oddities: Vec<(Option<String>, &'static str)>,
    /// Fields that it has more than once, with different values; the last counts.
    pub(crate) repeated: Vec<String>,
}

/// Reads the text of one record; an error is the word for what it is instead of JSON.
pub(crate) fn parse(text: &str) -> Result<Parsed, &'static str> {
    match json::parse(text, &Dialect::default()) {
        Ok(Document {
            value,
            oddities,
            repeated,
        }) => Ok(Parsed {
            value,
            repeated,
            oddities: oddities
                .into_iter()
                .map(|oddity| (name(oddity.loc.first()), word(oddity.kind)))
                .collect(),
        }),
        Err(Refusal::Syntax { .. }) => Err("not_json"),
        Err(Refusal::Absurd(what)) => Err(what),
    }
}

/// The record as its shape understood it, and the type made of that; `None` if the report says why not.
pub(crate) fn read<T: Model + DeserializeOwned>(
    value: &Value,
    report: &mut Report,
) -> Option<(Value, T)> {
    let coerced = walk(&T::schema(), value, Vec::new(), report)?;
    let made = build(coerced.clone(), value, Vec::new(), report)?;
    Some((coerced, made))
}

fn name(step: Option<&Loc>) -> Option<String> {
    match step {
        Some(Loc::Name(name)) => Some(name.clone().into_owned()),
        _ => None,
    }
}

fn word(kind: OddityKind) -> &'static str {
    match kind {
        OddityKind::NotFinite => "finite_number",
        OddityKind::LoneSurrogate => "string_unicode",
    }
}
