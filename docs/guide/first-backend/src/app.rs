//! The list of features: two lines for each.

use underpin::{App, db::Migrations, migrations};

mod books;

static MIGRATIONS: Migrations = migrations!("migrations");

/// The reading list.
pub fn app() -> App {
    App::new("first-backend", env!("CARGO_PKG_VERSION"))
        .title("Reading list")
        .migrations(&MIGRATIONS)
        .feature(books::feature())
}
