//! `check`: whether the program could serve, one line for each thing that it needs.

use std::process::ExitCode;

use super::{fail, say};
use crate::{
    App, Clock, Context, Provide, Random, StartError,
    config::Sources,
    db::{Db, MigrationState, MigrationStatus, Migrations},
    program,
    scheduler::Jobs,
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
    if app.has_jobs() && context.find::<Db>().is_some() {
        healthy &= check_jobs(&context).await;
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

/// Jobs that are late are a failure: whoever should run them does not.
async fn check_jobs(context: &Context) -> bool {
    let late = match Jobs::provide(context) {
        Ok(jobs) => jobs.overdue().await,
        Err(error) => return tell("jobs", &Err(error)),
    };
    let complaint = match late {
        Ok(late) if late.is_empty() => return tell("jobs", &Ok(())),
        Ok(late) => {
            let each = late
                .iter()
                .map(|late| format!("{} since {}", late.job, late.since));
            StartError::new(
                "jobs",
                format!("are overdue: {}", each.collect::<Vec<_>>().join(", ")),
                "See `jobs list` and `jobs history`; a program with JOBS=on must be running.",
            )
        }
        // Before the first start they have no tables.
        Err(error) => {
            say(format_args!("jobs: not known yet ({})", error.chain()));
            return true;
        }
    };
    tell("jobs", &Err(complaint))
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
