//! The list of features, and how ParchMark speaks.

use underpin::{
    App, Context, StartError,
    auth::password::{PasswordSettings, Scheme},
    db::{Migrations, migrations},
    middleware::{AllowedHeaders, Cors, Origins},
    validation::Dialect,
};

use crate::{auth, config::Settings, demo, errors::ParchMark, notes, pages, settings, users};

static MIGRATIONS: Migrations = migrations!("migrations");

/// bcrypt's cost of ParchMark's hashes.
const COST: u32 = 12;

/// ParchMark's backend.
pub fn app() -> App {
    App::new("notes", pages::VERSION)
        .title(pages::SERVICE)
        .settings::<Settings>()
        .migrations(&MIGRATIONS)
        .errors(ParchMark)
        .dialect(Dialect::fastapi_0_104())
        .cors(cors)
        .health_paths(["/health", "/api/health"])
        .with(PasswordSettings::new(Scheme::Bcrypt { cost: COST }))
        .feature(pages::feature())
        .feature(auth::feature())
        .feature(users::feature())
        .feature(notes::feature())
        .feature(settings::feature())
        .feature(demo::feature())
}

/// Contract section 4.
fn cors(context: &Context) -> Result<Cors, StartError> {
    let settings = context.get::<Settings>()?;
    let methods = ["GET", "POST", "PUT", "DELETE", "OPTIONS"];
    Ok(Cors {
        credentials: true,
        methods: methods.map(str::to_owned).to_vec(),
        headers: AllowedHeaders::Any,
        ..Cors::new(Origins::List(settings.allowed_origins.clone()))
    })
}
