//! Tasks: what they are, how they are stored and served.

mod model;
mod priority;
mod repository;
mod router;
mod service;
#[cfg(test)]
mod tests;

use underpin::Feature;

/// The addresses under `/api/v1/tasks`.
pub fn feature() -> Feature {
    Feature::new(router::router())
}
