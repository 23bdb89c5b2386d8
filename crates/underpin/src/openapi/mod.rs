//! The program's description of itself: OpenAPI 3.1, from the same declarations that serve.

pub(crate) mod document;
mod operation;
pub mod pages;
pub mod schema;
pub(crate) mod site;

pub use document::Info;
pub use operation::{Operation, Place};
pub use schema::{Components, NameClash};
