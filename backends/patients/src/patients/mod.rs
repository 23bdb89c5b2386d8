//! Patients: what they are, how they are stored and served.

mod model;
mod page;
mod repository;
mod router;
mod rules;
mod service;
#[cfg(test)]
mod tests;

use underpin::Feature;

/// The addresses under `/patients`, of the version that the settings name.
pub fn feature() -> Feature {
    Feature::new(router::first()).router(router::head())
}
