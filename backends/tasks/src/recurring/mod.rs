//! Tasks that come back: how often, and the job that makes their successors.

mod kind;
mod rule;

use underpin::Feature;

pub use kind::Recurring;

/// The job that makes successors.
pub fn feature() -> Feature {
    Feature::default()
}
