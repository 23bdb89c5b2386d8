//! What a value must look like, and every fault of one that does not: Pydantic's rules and words.

pub mod schema;

pub use schema::{EnumSchema, Field, Model, ModelSchema, Rules, Schema};
