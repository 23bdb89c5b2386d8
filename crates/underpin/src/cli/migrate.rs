//! `migrate up|down|status|baseline`: the tables of the database, changed only when told.

use std::process::ExitCode;

use clap::ArgMatches;

use super::say;
use crate::{
    App, Clock, Random, StartError,
    config::Sources,
    db::{Db, MigrationState, MigrationStatus, Migrations},
    program::Program,
    scheduler,
};

/// Does what stands behind `migrate`.
pub(super) async fn migrate(
    app: App,
    sources: &Sources,
    arguments: &ArgMatches,
) -> Result<ExitCode, StartError> {
    let program = Program::prepare(app, sources, None, Clock::system(), Random::system()).await?;
    let (Some(db), Some(migrations)) = (program.migration_db().await?, program.app.migrations)
    else {
        return Err(StartError::new(
            "migrate",
            "this program has no database",
            "There is nothing to do.",
        ));
    };
    let done = act(&program, &db, migrations, arguments).await;
    program.close_migration_db(db).await;
    program.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn act(
    program: &Program,
    db: &Db,
    migrations: &Migrations,
    arguments: &ArgMatches,
) -> Result<(), StartError> {
    let clock = program.context.clock();
    let number = |arguments: &ArgMatches| arguments.get_one::<u32>("number").copied();
    match arguments.subcommand() {
        Some(("up", _)) => {
            tell("applied", &migrations.up(db, clock).await?);
            if program.app.has_jobs() {
                scheduler::MIGRATIONS.up(db, clock).await?;
            }
        }
        Some(("down", arguments)) => {
            let to = match number(arguments) {
                Some(to) => to,
                None => newest(migrations, db).await?.saturating_sub(1),
            };
            tell("undone", &migrations.down(db, clock, to).await?);
        }
        Some(("baseline", arguments)) => {
            let number = number(arguments).unwrap_or_default();
            tell(
                "recorded as applied",
                &migrations.baseline(db, clock, number).await?,
            );
        }
        _ => {
            for MigrationStatus {
                number,
                name,
                state,
                ..
            } in migrations.status(db).await?
            {
                say(format_args!("{number:04} {name}: {state}"));
            }
        }
    }
    Ok(())
}

/// The number of the newest migration that is applied; 0 if none is.
async fn newest(migrations: &Migrations, db: &Db) -> Result<u32, StartError> {
    let status = migrations.status(db).await?;
    let applied = status
        .iter()
        .filter(|one| one.state != MigrationState::Pending);
    Ok(applied.map(|one| one.number).max().unwrap_or_default())
}

fn tell(what: &str, numbers: &[u32]) {
    if numbers.is_empty() {
        say(format_args!("nothing to do: no migration was {what}"));
    }
    for number in numbers {
        say(format_args!("migration {number:04} {what}"));
    }
}
