//! How many records a request would find, remembered for the next one: of a key of an index, and of any other condition.

mod conditions;
mod keys;
#[cfg(test)]
mod tests;

pub(super) use conditions::{Delta, Facts};
pub(super) use keys::{Keys, Move, is_kept};
