//! The list of features, and how the Todo API speaks.

mod auth;
mod config;
mod database;
mod public;
mod recurring;
mod tasks;
mod text;
mod timestamp;

#[cfg(test)]
mod contract;
#[cfg(test)]
mod people;

use config::Settings;
use underpin::{
    App, Context, StartError,
    db::{BaselineCheck, Engine, Migrations, migrations},
    middleware::{AllowedHeaders, Cors, Origins},
    validation::Dialect,
};

static MIGRATIONS: Migrations = migrations!("migrations").with_baseline_checks(&[
    BaselineCheck {
        engine: Engine::Sqlite,
        number: 1,
        sql: "SELECT count(*) = 1 FROM sqlite_schema WHERE type = 'table' AND name = 'tasks'",
        problem: NO_TABLE,
    },
    BaselineCheck {
        engine: Engine::Postgres,
        number: 1,
        sql: "SELECT to_regclass('tasks') IS NOT NULL",
        problem: NO_TABLE,
    },
]);

const NO_TABLE: &str = "this database has no table `tasks`";

/// What the service calls itself.
const SERVICE: &str = "Todo API";

/// The version of the original's API; clients see this one.
const VERSION: &str = "1.0.0";

/// Ten times the longest description that is promised to work (contract section 15).
const MOST_BODY_BYTES: &str = "1048576";

/// FastAPI 0.128 on Python 3.12.
const DIALECT: Dialect = Dialect {
    names_trailing_comma: false,
    ..Dialect::fastapi_0_127()
};

/// The Todo API.
pub fn app() -> App {
    App::new("tasks", VERSION)
        .title(SERVICE)
        .settings::<Settings>()
        .migrations(&MIGRATIONS)
        .dialect(DIALECT)
        .cors(cors)
        .default_setting("MAX_BODY_BYTES", MOST_BODY_BYTES)
        .health_paths(["/health", "/health/ready"])
        .probes("/livez", "/readyz")
        .feature(public::feature())
        .feature(database::feature())
        .feature(auth::feature())
        .feature(tasks::feature())
        .feature(recurring::feature())
}

/// Contract section 6.
fn cors(context: &Context) -> Result<Cors, StartError> {
    let settings = context.get::<Settings>()?;
    let methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
    Ok(Cors {
        credentials: true,
        methods: methods.map(str::to_owned).to_vec(),
        headers: AllowedHeaders::Any,
        expose: vec!["*".to_owned()],
        ..Cors::new(Origins::List(settings.origins()))
    })
}
