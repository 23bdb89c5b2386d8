//! From a received value to the type, by way of the walk: the slow path's last step.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Fault, Loc, Model, Report, json::Oddity, walk::walk_document};

/// Walks `value`, reports every fault, and makes a `T` if there is none.
pub(super) fn read_value<T: Model + DeserializeOwned>(
    value: &Value,
    oddities: &[Oddity],
    loc: Vec<Loc>,
    report: &mut Report,
) -> Option<T> {
    let coerced = walk_document(&T::schema(), value, oddities, loc.clone(), report)?;
    build(coerced, value, loc, report)
}

/// Makes a `T` of what the walk was content with. If the type's own deserialising or its check is
/// not, the shape and the type disagree; that is reported as a fault of the whole, never as a 500.
pub(super) fn build<T: Model + DeserializeOwned>(
    coerced: Value,
    received: &Value,
    loc: Vec<Loc>,
    report: &mut Report,
) -> Option<T> {
    let reason = match serde_json::from_value::<T>(coerced) {
        Ok(built) if built.check() => return Some(built),
        Ok(_) => "the value breaks a rule".to_owned(),
        Err(error) => error.to_string(),
    };
    report.push(Fault::value_error(loc, &reason, received.clone()));
    None
}
