//! The pages that anyone may read: the banner and the health of the service.

mod model;
mod router;
mod service;
#[cfg(test)]
mod tests;

use underpin::Feature;

/// `/` and `/health`.
pub fn feature() -> Feature {
    Feature::new(router::router())
}
