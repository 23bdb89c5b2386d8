//! The list of features.

#[expect(
    dead_code,
    unused_imports,
    reason = "the dialects that ask it are being built"
)]
mod query;
#[expect(
    dead_code,
    unused_imports,
    reason = "the dialects that use it are being built"
)]
mod store;
#[expect(dead_code, reason = "the dialects that print it are being built")]
mod value;

use underpin::{
    App,
    db::{Migrations, migrations},
};

static MIGRATIONS: Migrations = migrations!("migrations");

/// The collections backend.
pub fn app() -> App {
    App::new("collections", env!("CARGO_PKG_VERSION"))
        .title("Collections")
        .migrations(&MIGRATIONS)
}
