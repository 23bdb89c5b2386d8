//! What users may do to their own account: look, change the password, take their notes along, leave.

mod export;
mod file_name;
mod metadata;
mod model;
mod router;
mod service;
#[cfg(test)]
mod tests;
mod zip;

use underpin::Feature;

/// The addresses under `/api/settings`.
pub fn feature() -> Feature {
    Feature::new(router::router())
}
