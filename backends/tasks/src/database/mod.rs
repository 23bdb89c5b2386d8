//! What an existing database looks like: looked at once, at start. Nothing is changed in it.

mod repository;
mod service;

use underpin::Feature;

/// No addresses: a look at the database at start, and another for the verb `check`.
pub fn feature() -> Feature {
    Feature::default()
        .at_start(service::look)
        .check("an adopted database", service::check)
}
