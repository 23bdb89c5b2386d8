//! The list of features, and how ParchMark speaks.

mod auth;
mod config;
mod demo;
mod errors;
mod health;
mod notes;
mod public;
mod settings;
mod timestamp;
mod users;

#[cfg(test)]
mod contract;
#[cfg(test)]
mod people;

use config::Settings;
use errors::ParchMark;
use underpin::{
    App, Context, StartError,
    auth::password::{PasswordSettings, Scheme},
    db::{BaselineCheck, Engine, Migrations, migrations},
    middleware::{AllowedHeaders, Cors, Origins},
    validation::Dialect,
};

static MIGRATIONS: Migrations = migrations!("migrations").with_baseline_checks(&[
    BaselineCheck {
        engine: Engine::Sqlite,
        number: 1,
        sql: "SELECT count(*) = 2 FROM sqlite_schema WHERE type = 'table' AND name IN ('users', 'notes')",
        problem: NO_TABLES,
    },
    BaselineCheck {
        engine: Engine::Postgres,
        number: 1,
        sql: "SELECT to_regclass('users') IS NOT NULL AND to_regclass('notes') IS NOT NULL",
        problem: NO_TABLES,
    },
]);

const NO_TABLES: &str = "this database has no tables `users` and `notes`";

/// What the service calls itself.
const SERVICE: &str = "ParchMark API";

/// The version of ParchMark's API; clients see this one.
const VERSION: &str = "1.0.0";

/// bcrypt's cost of ParchMark's hashes.
const COST: u32 = 12;

/// ParchMark's backend.
pub fn app() -> App {
    App::new("notes", VERSION)
        .title(SERVICE)
        .settings::<Settings>()
        .migrations(&MIGRATIONS)
        .errors(ParchMark)
        .dialect(Dialect::fastapi_0_104())
        .cors(cors)
        .health_paths(["/health", "/api/health"])
        .probes("/livez", "/readyz")
        .with(PasswordSettings::new(Scheme::Bcrypt { cost: COST }))
        .feature(public::feature())
        .feature(auth::feature())
        .feature(users::feature())
        .feature(notes::feature())
        .feature(settings::feature())
        .feature(demo::feature())
}

/// Contract section 4; a `*` among the origins stands for all, as in the original's framework.
fn cors(context: &Context) -> Result<Cors, StartError> {
    let settings = context.get::<Settings>()?;
    let origins = match settings.allowed_origins.as_slice() {
        list if list.iter().any(|origin| origin == "*") => Origins::Any,
        list => Origins::List(list.to_vec()),
    };
    let methods = ["GET", "POST", "PUT", "DELETE", "OPTIONS"];
    Ok(Cors {
        credentials: true,
        methods: methods.map(str::to_owned).to_vec(),
        headers: AllowedHeaders::Any,
        ..Cors::new(origins)
    })
}
