//! What a value must look like, and every fault of one that does not: Pydantic's rules and words.
//!
//! Good requests are deserialised and checked ([`body`]); the [`walk()`] beside the [`schema`] runs
//! only for the others, and finds all their faults. How a report is dressed is the error format's.

pub mod body;
pub mod dialect;
mod exact;
mod given;
pub mod iso_date;
mod json;
mod obey;
mod python;
pub(crate) mod record;
pub mod report;
pub mod rules;
pub mod schema;
mod strict;
#[cfg(test)]
pub(crate) mod tests;
pub mod text;
mod typed;
mod types;
mod walk;

pub use body::Unreadable;
pub use dialect::Dialect;
pub use given::Given;
pub use obey::Obey;
pub use report::{Fault, Loc, Report};
pub use schema::{EnumSchema, Field, Judge, Model, ModelSchema, Rules, Schema, Validator};
pub use strict::Strictly;
pub use walk::walk;
