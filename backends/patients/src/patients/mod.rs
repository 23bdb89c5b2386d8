//! Patients: what they are, how they are stored and served.

mod import;
mod model;
mod page;
mod repository;
mod router;
mod rules;
mod service;
#[cfg(test)]
mod tests;

use underpin::Feature;

/// The addresses under `/patients`, of the version that the settings name, and the verb `import`.
pub fn feature() -> Feature {
    Feature::new(router::first())
        .router(router::head())
        .command(import::command())
}
