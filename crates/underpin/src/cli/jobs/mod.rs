//! `jobs list|run|history|retry`: how the app's jobs stand, and a hand on them.

#[cfg(test)]
mod tests;

use std::{fmt::Write, process::ExitCode};

use clap::{Arg, ArgMatches, Command, value_parser};

use super::{fail, say};
use crate::{
    App, Clock, Provide, Random, Result, StartError,
    config::Sources,
    program::Program,
    scheduler::{JobOverview, Jobs, Outcome, Record, State, Worker},
};

/// The verb, for apps that have jobs.
pub(super) fn verb() -> Command {
    let name = |help: &'static str| Arg::new("name").value_name("NAME").help(help);
    Command::new("jobs")
        .about("See how the jobs stand, run one, try one again")
        .subcommand_required(true)
        .subcommand(
            Command::new("list").about("List the jobs with their next time, and how many wait"),
        )
        .subcommand(
            Command::new("run")
                .about("Run a job now, in this process, whatever its schedule and JOBS say")
                .arg(name("Which job").required(true))
                .arg(
                    Arg::new("payload")
                        .value_name("JSON")
                        .help("What the job is told, if it is one that is put off"),
                ),
        )
        .subcommand(
            Command::new("history")
                .about("List what was done, newest first")
                .arg(name("Only this job"))
                .arg(
                    Arg::new("limit")
                        .long("limit")
                        .value_name("COUNT")
                        .default_value("20")
                        .value_parser(value_parser!(u32).range(1..=10_000))
                        .help("How many"),
                ),
        )
        .subcommand(
            Command::new("retry")
                .about("Have a job that was given up tried again")
                .arg(
                    Arg::new("id")
                        .value_name("ID")
                        .required(true)
                        .value_parser(value_parser!(i64))
                        .help("Its number in the history"),
                ),
        )
}

/// Does what stands behind `jobs`.
pub(super) async fn jobs(
    app: App,
    sources: &Sources,
    arguments: &ArgMatches,
) -> Result<ExitCode, StartError> {
    let program = Program::prepare(app, sources, None, Clock::system(), Random::system()).await?;
    program.migrate().await?;
    let jobs = Jobs::provide(&program.context)?;
    let done = match arguments.subcommand() {
        Some(("run", arguments)) => run(&program, arguments).await,
        Some(("history", arguments)) => history(&jobs, arguments).await,
        Some(("retry", arguments)) => retry(&jobs, arguments).await,
        _ => list(&jobs).await,
    };
    program.close().await;
    Ok(done.unwrap_or_else(|error| fail(error.chain())))
}

async fn list(jobs: &Jobs) -> Result<ExitCode> {
    for JobOverview {
        job,
        schedule,
        next,
        counts,
    } in jobs.list().await?
    {
        let schedule = schedule.unwrap_or_else(|| "when put off".to_owned());
        let next = next.map_or(String::new(), |next| {
            format!(", next {}", next.format("%F %T UTC"))
        });
        let counts = counts
            .iter()
            .map(|(state, count)| format!(", {count} {state}"));
        say(format_args!(
            "{job}: {schedule}{next}{}",
            counts.collect::<String>()
        ));
    }
    for late in jobs.overdue().await? {
        say(format_args!(
            "{}: OVERDUE since {}",
            late.job,
            late.since.format("%F %T UTC")
        ));
    }
    Ok(ExitCode::SUCCESS)
}

async fn run(program: &Program, arguments: &ArgMatches) -> Result<ExitCode> {
    let name = arguments
        .get_one::<String>("name")
        .map_or("", String::as_str);
    let payload = arguments.get_one::<String>("payload").cloned();
    let worker = Worker::join(&program.context).await?;
    let ran = worker.run_now(name, payload).await;
    worker.leave().await;
    let (id, outcome) = ran?;
    let problem = match outcome {
        Outcome::Done => {
            say(format_args!("{name}: done (job {id})"));
            return Ok(ExitCode::SUCCESS);
        }
        Outcome::Failed(reason) => reason,
        Outcome::TimedOut => "it took longer than it may".to_owned(),
        Outcome::Lost => "another worker has it now".to_owned(),
    };
    Ok(fail(format_args!("{name} (job {id}): {problem}")))
}

async fn history(jobs: &Jobs, arguments: &ArgMatches) -> Result<ExitCode> {
    let name = arguments.get_one::<String>("name").map(String::as_str);
    let limit = arguments.get_one::<u32>("limit").copied().unwrap_or(20);
    for record in jobs.history(name, limit).await? {
        say(line(&record));
    }
    Ok(ExitCode::SUCCESS)
}

fn line(record: &Record) -> String {
    let due = record.slot.unwrap_or(record.due_at).format("%F %T UTC");
    let mut line = format!("{} {} {due} {}", record.id, record.job, record.state);
    if let (State::Done, Some(started), Some(ended)) =
        (record.state, record.started_at, record.ended_at)
    {
        let _ = write!(line, " in {} ms", (ended - started).num_milliseconds());
    }
    if record.failures > 0 {
        let _ = write!(line, ", failed {} times", record.failures);
    }
    if let Some(error) = &record.error {
        let _ = write!(line, ": {error}");
    }
    line
}

async fn retry(jobs: &Jobs, arguments: &ArgMatches) -> Result<ExitCode> {
    let id = arguments.get_one::<i64>("id").copied().unwrap_or_default();
    if jobs.retry(id).await? {
        say(format_args!("job {id} waits to be tried again"));
        return Ok(ExitCode::SUCCESS);
    }
    Ok(match jobs.get(id).await? {
        None => fail(format_args!("there is no job {id}")),
        Some(record) => fail(format_args!(
            "job {id} was not given up: it is {}",
            record.state
        )),
    })
}
