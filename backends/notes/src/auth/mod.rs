//! Who is calling: login, tokens, the identity provider, and the guard that handlers name.

mod caller;
mod external;
mod model;
mod router;
mod secret_key;
mod service;
#[cfg(test)]
mod tests;
mod tokens;

use underpin::Feature;

pub use caller::{CurrentUser, unknown_caller};
pub use model::MessageResponse;

/// The addresses under `/api/auth`.
pub fn feature() -> Feature {
    Feature::new(router::router()).check("identity provider", external::check)
}
