//! The pages that anyone may read: the banner and the health of the service.

mod model;
mod router;
#[cfg(test)]
mod tests;

use underpin::Feature;

pub use model::{Health, SERVICE, VERSION};

/// `/`, `/health` and `/api/health`.
pub fn feature() -> Feature {
    Feature::new(router::router())
}
