//! Whole answers, byte for byte: those recorded from the originals, those of FastAPI itself, and hostile bodies.

mod content_type;
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

/// Fails with the first of the differences found in `of` comparisons.
pub(crate) fn assert_none(differences: &[String], of: usize) {
    let shown: Vec<&str> = differences.iter().take(20).map(String::as_str).collect();
    assert!(
        shown.is_empty(),
        "{} of {of}:\n{}",
        differences.len(),
        shown.join("\n")
    );
}
