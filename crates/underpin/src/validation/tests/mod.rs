//! Whole answers, byte for byte: those recorded from the originals, those of FastAPI itself, and hostile bodies.

mod hostile;
pub(crate) mod models;
mod pydantic;
mod recorded;

use serde_json::Value;

use super::{Dialect, Report};

/// The bytes of a refusal as the default error format writes them.
fn answer(report: Report, dialect: &Dialect) -> String {
    format!(r#"{{"detail":{}}}"#, report.into_detail(dialect))
}

/// Equal, but for the spelling of numbers.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || left.as_f64() == right.as_f64()
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, left)| right.get(name).is_some_and(|right| same(left, right)))
        }
        _ => left == right,
    }
}
