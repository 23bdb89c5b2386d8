//! Who is calling: Better Auth's tokens, and the guard that handlers name. There is no login here.

mod caller;
mod service;
#[cfg(test)]
mod tests;

use underpin::Feature;

pub use caller::{Caller, UserId};

/// No addresses: a guard, a warning at start, and a look at Better Auth for the verb `check`.
pub fn feature() -> Feature {
    Feature::default()
        .at_start(service::warn)
        .check("Better Auth", service::check)
}
