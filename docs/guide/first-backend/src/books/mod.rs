//! Books: what I want to read, and what I have read.

mod model;
mod repository;
mod router;
mod service;
#[cfg(test)]
mod tests;

use underpin::Feature;

/// The addresses under `/books`.
pub fn feature() -> Feature {
    Feature::new(router::router())
}
