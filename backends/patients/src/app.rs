//! The list of features, and how the patients app speaks.

mod config;
mod errors;
mod patients;
mod public;

#[cfg(test)]
mod contract;

use config::{Settings, database_url};
use underpin::{
    App, Context, StartError,
    db::{BaselineCheck, DbConfig, Engine, Migrations, migrations},
    middleware::{AllowedHeaders, Cors, Origins},
    validation::Dialect,
};

static MIGRATIONS: Migrations = migrations!("migrations").with_baseline_checks(&[
    BaselineCheck {
        engine: Engine::Sqlite,
        number: 1,
        sql: "SELECT count(*) = 1 FROM sqlite_schema WHERE type = 'table' AND name = 'patients'",
        problem: NO_TABLE,
    },
    BaselineCheck {
        engine: Engine::Postgres,
        number: 1,
        sql: "SELECT to_regclass('patients') IS NOT NULL",
        problem: NO_TABLE,
    },
]);

const NO_TABLE: &str = "this database has no table `patients`";

/// What the service calls itself.
const SERVICE: &str = "Patient Management API";

/// The version of the API; clients see this one.
const VERSION: &str = "1.0.0";

/// The patients backend.
pub fn app() -> App {
    App::new("patients", VERSION)
        .title(SERVICE)
        .settings::<Settings>()
        .migrations(&MIGRATIONS)
        .database_url(database_url)
        .dialect(Dialect::fastapi_0_127())
        .cors(cors)
        .hide_paths_in_log()
        .tune_database(little_mapped)
        .health_paths(["/health"])
        .probes("/livez", "/readyz")
        .feature(public::feature())
        .feature(patients::feature())
}

/// What is mapped of the file counts as memory, and an import of any size has to do with the same.
fn little_mapped(config: &mut DbConfig) {
    config.mapped = 64 << 20;
}

/// Contract section 3.7; a `*` among the origins stands for all, as in the original's framework.
fn cors(context: &Context) -> Result<Cors, StartError> {
    let settings = context.get::<Settings>()?;
    let origins = match settings.cors_origins.as_slice() {
        list if list.iter().any(|origin| origin == "*") => Origins::Any,
        list => Origins::List(list.to_vec()),
    };
    let methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
    Ok(Cors {
        credentials: true,
        methods: methods.map(str::to_owned).to_vec(),
        headers: AllowedHeaders::Any,
        ..Cors::new(origins)
    })
}
