//! The program's command line, the same for every backend: serve, migrate, openapi, check, and the features' verbs.

mod arguments;
mod check;
mod command;
mod jobs;
mod lines;
mod migrate;
mod output;
pub(crate) mod serve;
#[cfg(test)]
mod tests;

use std::{future::Future, process::ExitCode};

use clap::{ArgMatches, error::ErrorKind};

use crate::{App, Clock, Random, StartError, config::Sources, program::Program};

pub use arguments::{Arguments, Refused};
pub use command::Command;
pub(crate) use output::paints;
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
    if let Some((verb, arguments)) = matches.subcommand()
        && let Some(command) = lines::command(&app, verb)
    {
        return run_command(app, &sources, command, arguments).await;
    }
    match matches.subcommand() {
        None | Some(("serve", _)) => match with_arguments(app, matches) {
            Ok(app) => finish(serve::serve(app, &sources, Clock::system())).await,
            Err(code) => code,
        },
        Some(("openapi", _)) => serve::print_document(&app),
        Some(("check", _)) => match with_arguments(app, matches) {
            Ok(app) => check::check(app, &sources).await,
            Err(code) => code,
        },
        Some(("migrate", arguments)) => {
            finish(Box::pin(migrate::migrate(app, &sources, arguments))).await
        }
        Some(("jobs", arguments)) if app.has_jobs() => {
            finish(Box::pin(jobs::jobs(app, &sources, arguments))).await
        }
        Some(_) => ExitCode::from(2),
    }
}

/// The app that the arguments of `serve` or `check` make.
fn with_arguments(app: App, matches: &ArgMatches) -> Result<App, ExitCode> {
    let Some(arguments) = app.arguments.clone() else {
        return Ok(app);
    };
    let (verb, given) = matches
        .subcommand()
        .map_or((None, matches), |(verb, given)| (Some(verb), given));
    let line = lines::command_line(&app);
    let refused = match arguments.apply(app, given) {
        Ok(app) => return Ok(app),
        Err(refused) => refused,
    };
    Err(refuse(line, verb, refused))
}

/// Says why nothing is done, or the help.
fn refuse(mut line: clap::Command, verb: Option<&str>, refused: Refused) -> ExitCode {
    line.build();
    let command = match verb {
        Some(verb) => line.find_subcommand_mut(verb),
        None => Some(&mut line),
    };
    match (refused, command) {
        (Refused::Start(error), _) => fail(&error),
        (Refused::Help, Some(command)) => {
            say(command.render_long_help());
            ExitCode::SUCCESS
        }
        (Refused::Usage(problem), Some(command)) => {
            let _ = command.error(ErrorKind::ArgumentConflict, problem).print();
            ExitCode::from(2)
        }
        (_, None) => ExitCode::from(2),
    }
}

async fn finish(work: impl Future<Output = Result<ExitCode, StartError>>) -> ExitCode {
    work.await.unwrap_or_else(|error| fail(&error))
}

async fn run_command(
    mut app: App,
    sources: &Sources,
    command: Command,
    arguments: &ArgMatches,
) -> ExitCode {
    if let Some(taken) = &command.arguments {
        app = match taken.apply(app.clone(), arguments) {
            Ok(app) => app,
            Err(refused) => {
                let verb = command.clap.get_name();
                return refuse(lines::command_line(&app), Some(verb), refused);
            }
        };
    }
    let program =
        match Program::prepare(app, sources, None, Clock::system(), Random::system()).await {
            Ok(program) => program,
            Err(error) => return fail(&error),
        };
    if let Err(error) = program.migrate().await {
        return fail(&error);
    }
    let context = program.context.clone();
    let code = command.call(context, arguments.clone()).await;
    program.close().await;
    code.unwrap_or_else(|error| match error.source_as::<StartError>() {
        Some(complaint) => fail(complaint),
        None => fail(error.chain()),
    })
}
