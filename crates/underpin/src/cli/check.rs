//! `check`: whether the program could serve, one line for each thing that it needs.

use std::process::ExitCode;

use super::{fail, say};
use crate::{
    App, Clock, Random, StartError,
    config::Sources,
    db::{Db, MigrationState, MigrationStatus, Migrations},
    program,
};

/// Looks at settings, database, migrations and the features' own needs, and goes on after a failure.
pub(super) async fn check(app: App, sources: &Sources) -> ExitCode {
    let (settings, context) =
        match program::configure(&app, sources, Clock::system(), Random::system()) {
            Ok(configured) => configured,
            Err(error) => return fail(&error),
        };
    say("settings: ok");
    let mut healthy = true;
    match program::connect(&context, &settings).await {
        Ok(Some(db)) => {
            say(format_args!("database: ok ({})", db.engine()));
            context.insert(db.clone());
            if let Some(migrations) = app.migrations {
                healthy &= check_migrations(&db, migrations).await;
            }
        }
        Ok(None) => say("database: none needed"),
        Err(error) => healthy &= tell("database", &Err(error)),
    }
    for feature in &app.features {
        for (what, check) in &feature.checks {
            healthy &= tell(what, &check(context.clone()).await);
        }
    }
    if healthy {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Migrations that are only missing are no failure: `serve` applies them.
async fn check_migrations(db: &Db, migrations: &Migrations) -> bool {
    let status = migrations.status(db).await.unwrap_or_default();
    let missing = status
        .iter()
        .filter(|one| one.state == MigrationState::Pending)
        .count();
    let is_orderly = |one: &MigrationStatus| {
        matches!(one.state, MigrationState::Pending | MigrationState::Applied)
    };
    if missing > 0 && status.iter().all(is_orderly) {
        say(format_args!(
            "migrations: {missing} not applied yet; `serve` and `migrate up` do it"
        ));
        return true;
    }
    tell("migrations", &migrations.check(db).await)
}

fn tell(what: &str, outcome: &Result<(), StartError>) -> bool {
    match outcome {
        Ok(()) => say(format_args!("{what}: ok")),
        Err(error) => {
            fail(error);
        }
    }
    outcome.is_ok()
}
