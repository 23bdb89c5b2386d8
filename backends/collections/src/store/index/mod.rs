//! Indexes on the fields that requests ask for: made when they are first needed, kept in step by every write.

mod build;
pub(super) mod key;
mod known;
pub(super) mod ranges;
pub(super) mod spec;
pub(super) mod statements;
pub(super) mod texts;

pub(super) use build::Building;
pub(super) use known::{Index, Indexes, Of};
