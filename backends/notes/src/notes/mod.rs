//! Notes: what they are, how they are stored and served.

mod markdown;
mod model;
mod number;
mod repository;
mod router;
mod service;
#[cfg(test)]
mod tests;

use underpin::Feature;

pub use model::{Note, NoteId};
pub use service::NotesService;

/// The addresses under `/api/notes`.
pub fn feature() -> Feature {
    Feature::new(router::router())
}
