//! `migrate up|down|status|baseline`: the tables of the database, changed only when told.

use std::process::ExitCode;

use clap::ArgMatches;

use super::say;
use crate::{
    App, Clock, Random, StartError, config::Sources, db::Db, db::Migrations, program::Program,
};

/// Does what stands behind `migrate`.
pub(super) async fn migrate(
    app: App,
    sources: &Sources,
    arguments: &ArgMatches,
) -> Result<ExitCode, StartError> {
    let program = Program::prepare(app, sources, Clock::system(), Random::system()).await?;
    let (Some(db), Some(migrations)) = (&program.db, program.app.migrations) else {
        return Err(StartError::new(
            "migrate",
            "this program has no database",
            "There is nothing to do.",
        ));
    };
    let done = act(db, migrations, arguments).await;
    program.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn act(db: &Db, migrations: &Migrations, arguments: &ArgMatches) -> Result<(), StartError> {
    let number = |arguments: &ArgMatches| arguments.get_one::<u32>("number").copied();
    match arguments.subcommand() {
        Some(("up", _)) => {
            let applied = migrations.up(db).await?;
            tell("applied", &applied);
        }
        Some(("down", arguments)) => {
            let undone = migrations.down(db, number(arguments)).await?;
            tell("undone", &undone);
        }
        Some(("baseline", arguments)) => {
            let recorded = migrations
                .baseline(db, number(arguments).unwrap_or_default())
                .await?;
            tell("recorded as applied", &recorded);
        }
        _ => {
            for line in migrations.status(db).await? {
                say(line);
            }
        }
    }
    Ok(())
}

fn tell<T: std::fmt::Display>(what: &str, migrations: &[T]) {
    if migrations.is_empty() {
        say(format_args!("nothing to do: no migration was {what}"));
    }
    for migration in migrations {
        say(format_args!("{migration} {what}"));
    }
}
