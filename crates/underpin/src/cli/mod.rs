//! The program's command line, the same for every backend: serve, migrate, openapi, check, and the features' verbs.

mod check;
mod command;
mod lines;
mod migrate;
mod output;
mod serve;

use std::{future::Future, process::ExitCode};

use clap::ArgMatches;

use crate::{App, Clock, Random, StartError, config::Sources, program::Program};

pub use command::Command;
pub use output::{fail, say};

/// Runs the program: reads the command line, does what it says, and gives the exit code.
///
/// 0: done. 1: it could not be done, and what to do about it stands on standard error. 2: wrong usage.
pub fn run(app: App) -> ExitCode {
    let matches = lines::command_line(&app).get_matches();
    if let Some(("completions", arguments)) = matches.subcommand() {
        return lines::completions(&app, arguments);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return fail(StartError::new(
                "the runtime",
                format!("could not be started: {error}"),
                "Check the limits on threads and open files (`ulimit -a`).",
            ));
        }
    };
    runtime.block_on(run_verb(app, &matches))
}

async fn run_verb(app: App, matches: &ArgMatches) -> ExitCode {
    let sources = Sources::from_environment();
    match matches.subcommand() {
        None | Some(("serve", _)) => finish(serve::serve(app, &sources)).await,
        Some(("openapi", _)) => serve::print_document(&app),
        Some(("check", _)) => check::check(app, &sources).await,
        Some(("migrate", arguments)) => {
            finish(Box::pin(migrate::migrate(app, &sources, arguments))).await
        }
        Some((verb, arguments)) => run_command(app, &sources, verb, arguments.clone()).await,
    }
}

async fn finish(work: impl Future<Output = Result<ExitCode, StartError>>) -> ExitCode {
    work.await.unwrap_or_else(|error| fail(&error))
}

async fn run_command(app: App, sources: &Sources, verb: &str, arguments: ArgMatches) -> ExitCode {
    let commands = app.features.iter().flat_map(|feature| &feature.commands);
    let Some(command) = commands
        .into_iter()
        .find(|command| command.clap.get_name() == verb)
        .cloned()
    else {
        return ExitCode::from(2);
    };
    let program =
        match Program::prepare(app, sources, None, Clock::system(), Random::system()).await {
            Ok(program) => program,
            Err(error) => return fail(&error),
        };
    if let Err(error) = program.migrate().await {
        return fail(&error);
    }
    let code = command.call(program.context.clone(), arguments).await;
    program.close().await;
    code.unwrap_or_else(|error| fail(error.chain()))
}
