//! The list of features.

mod accounts;
mod config;
#[cfg(test)]
mod contract;
mod http;
mod pages;
mod query;
mod source;
mod store;
#[cfg(test)]
mod testing;
mod v0;
mod v1;
mod value;

use underpin::{
    App,
    db::{DbConfig, Migrations, migrations},
};

static MIGRATIONS: Migrations = migrations!("migrations");

/// The collections backend.
pub fn app() -> App {
    App::new("collections", env!("CARGO_PKG_VERSION"))
        .title("Collections")
        .migrations(&MIGRATIONS)
        .settings::<config::Settings>()
        .default_setting("PORT", "3000")
        .default_setting("HOST", "localhost")
        .default_setting("MAX_BODY_BYTES", "16777216")
        .arguments(config::arguments())
        .without_pages()
        .fallback(http::front::handler)
        .feature(source::feature())
        .feature(pages::feature())
        .tune_database(small)
}

/// A file beside the user's, on the user's machine: little memory, though a great file takes somewhat longer. A file
/// of the usual size is read where the system keeps it.
fn small(config: &mut DbConfig) {
    config.page_cache = 1 << 20;
    config.mapped = 4 << 20;
}
