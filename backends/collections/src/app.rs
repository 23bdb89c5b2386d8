//! The list of features.

#[cfg_attr(
    not(test),
    expect(
        dead_code,
        reason = "the dialects that ask whose records they may show are being built"
    )
)]
mod accounts;
#[cfg_attr(
    not(test),
    expect(
        dead_code,
        reason = "the dialects that read most of it are being built"
    )
)]
mod config;
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the dialects that show them are being built")
)]
mod pages;
#[expect(
    dead_code,
    unused_imports,
    reason = "the dialects that ask it are being built"
)]
mod query;
mod source;
#[expect(
    dead_code,
    unused_imports,
    reason = "the dialects that use it are being built"
)]
mod store;
#[expect(dead_code, reason = "the dialects that use it are being built")]
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
        .arguments(config::arguments())
        .feature(source::feature())
        .feature(pages::feature())
        .tune_database(small)
}

/// A file beside the user's, on the user's machine: little memory, though a great file takes somewhat longer.
fn small(config: &mut DbConfig) {
    config.page_cache = 4 << 20;
    config.mapped = 0;
}
