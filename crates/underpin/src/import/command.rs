//! The verb `import` of a backend: what can be typed, and the exit codes that scripts go by.

use std::{path::PathBuf, process::ExitCode};

use clap::{Arg, ArgAction, ArgMatches, value_parser};

use super::{
    Import, Importer, OnError, Options, Report, RolledBack, Source, failure, report::Outcome,
};
use crate::{
    Context, Error, Result, StartError,
    cli::{Command, fail, say},
    db::{Db, DbUrl},
};

const AFTER: &str = "\
Exit codes: 0 everything is in, 1 it could not be done, 2 wrong usage, 3 records were rejected (0 with \
--on-error skip), 4 source and target differ, 5 a rollback was refused because rows were changed since.";

/// The verb `import` for an [`Import`]. `make` builds it from the app's context.
///
/// ```text
/// import SOURCE [--dry-run | --verify] [--resume] [--on-error stop|skip] [--report FILE]
/// import --rollback RUN [--discard-changes]
/// ```
pub fn command<I: Import>(
    about: &'static str,
    make: impl Fn(&Context) -> Result<I, StartError> + Send + Sync + 'static,
) -> Command {
    Command::new(arguments().about(about), move |context, matches| {
        let import = make(&context);
        async move {
            let outcome = match import {
                Ok(import) => Box::pin(run(import, &context, &matches)).await,
                Err(error) => Err(error.into()),
            };
            Ok(outcome.unwrap_or_else(|error| tell(&error)))
        }
    })
}

fn arguments() -> clap::Command {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .action(ArgAction::SetTrue)
            .help(help)
    };
    let path = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name(value)
            .value_parser(value_parser!(PathBuf))
            .help(help)
    };
    clap::Command::new("import")
        .after_help(AFTER)
        .arg(
            Arg::new("source")
                .value_name("SOURCE")
                .required_unless_present("rollback")
                .help("A file (.json, .ndjson, .csv, .tsv), or the address of a database with --table or --query"),
        )
        .arg(flag("dry-run", "Say what would happen, and write nothing").conflicts_with("verify"))
        .arg(flag("verify", "Compare every row with the source, and write nothing"))
        .arg(flag("resume", "Go on with the run that was interrupted, if there is one"))
        .arg(
            Arg::new("rollback")
                .long("rollback")
                .value_name("RUN")
                .conflicts_with_all(["source", "dry-run", "verify", "resume"])
                .help("Undo a run: what it inserted goes, what it changed comes back"),
        )
        .arg(
            flag(
                "discard-changes",
                "With --rollback: undo also rows that were changed since",
            )
            .conflicts_with("source"),
        )
        .arg(
            Arg::new("on-error")
                .long("on-error")
                .value_name("WHAT")
                .value_parser(["stop", "skip"])
                .help("Records that cannot go in: `stop` writes nothing then, `skip` allows them"),
        )
        .arg(path("report", "FILE", "Write the whole report: .json, .html, or text"))
        .arg(path("backups", "DIRECTORY", "Where the backup goes"))
        .arg(
            Arg::new("table")
                .long("table")
                .value_name("NAME")
                .conflicts_with("query")
                .help("The table of the source database"),
        )
        .arg(Arg::new("query").long("query").value_name("SQL").help(
            "The query on the source database; its order must be the same each time",
        ))
}

async fn run<I: Import>(import: I, context: &Context, matches: &ArgMatches) -> Result<ExitCode> {
    let db = context.get::<Db>()?;
    let at = import.at();
    let (clock, random) = (context.clock().clone(), context.random().clone());
    let importer = Importer::new(import, Db::clone(&db), clock, random);
    if let Some(run) = matches.get_one::<String>("rollback") {
        let outcome = importer
            .roll_back(run, matches.get_flag("discard-changes"))
            .await?;
        return Ok(tell_rollback(&outcome));
    }
    let source = match source(matches, &at) {
        Ok(source) => source,
        Err(complaint) => {
            fail(complaint);
            return Ok(ExitCode::from(2));
        }
    };
    if let Some(path) = matches.get_one::<PathBuf>("report") {
        Report::can_save(path)?;
    }
    let on_error = matches.get_one::<String>("on-error").map(String::as_str);
    let options = Options {
        resume: matches.get_flag("resume"),
        on_error: match on_error {
            Some("stop") => OnError::Stop,
            _ => OnError::Skip,
        },
        backups: matches.get_one::<PathBuf>("backups").cloned(),
        quiet: false,
    };
    let mut report = if matches.get_flag("verify") {
        importer.verify(&source, &options).await?
    } else if matches.get_flag("dry-run") {
        importer.dry_run(&source, &options).await?
    } else {
        importer.run(&source, &options).await?
    };
    finish(&mut report, matches, on_error == Some("skip"))
}

fn finish(report: &mut Report, matches: &ArgMatches, may_reject: bool) -> Result<ExitCode> {
    let mut text = Vec::new();
    report.print(&mut text)?;
    say(String::from_utf8_lossy(&text).trim_end());
    if let Some(path) = matches.get_one::<PathBuf>("report") {
        report.save(path)?;
    }
    Ok(match report.outcome() {
        Outcome::Clean => ExitCode::SUCCESS,
        Outcome::Rejected if may_reject => ExitCode::SUCCESS,
        Outcome::Rejected => ExitCode::from(3),
        Outcome::Different => ExitCode::from(4),
    })
}

fn source(matches: &ArgMatches, at: &[&str]) -> Result<Source, StartError> {
    let given = matches
        .get_one::<String>("source")
        .map_or("", String::as_str);
    let is_address = ["sqlite:", "postgres:", "postgresql:", "postgresql+"]
        .iter()
        .any(|scheme| given.starts_with(scheme));
    let text = |name: &str| matches.get_one::<String>(name);
    if !is_address && (text("table").is_some() || text("query").is_some()) {
        return Err(StartError::new(
            given,
            "is a file: --table and --query are for databases",
            "Leave them out, or write the address of a database: sqlite:PATH or postgresql://…",
        ));
    }
    if !is_address {
        return Ok(Source::file(given, at.iter().copied()));
    }
    let url: DbUrl = given.parse().map_err(|error| {
        StartError::new(
            "the source",
            format!("cannot be used: {error}"),
            "Check the address.",
        )
    })?;
    match (text("table"), text("query")) {
        (Some(table), _) => Ok(Source::table(url, table)),
        (None, Some(query)) => Ok(Source::query(url, query)),
        (None, None) => Err(StartError::new(
            "the source",
            "is a database",
            "Say which rows with --table NAME or --query SQL.",
        )),
    }
}

fn tell_rollback(outcome: &RolledBack) -> ExitCode {
    if outcome.changed_since > 0 {
        let verb = if outcome.refused { "are" } else { "were" };
        let since = outcome.changed_since;
        let keys = outcome.keys.join(", ");
        say(format_args!(
            "{since} rows of the run {verb} changed or deleted since: {keys}"
        ));
    }
    if outcome.refused {
        say("nothing was undone; with --discard-changes these changes are lost");
        return ExitCode::from(5);
    }
    let RolledBack {
        run,
        removed,
        restored,
        ..
    } = outcome;
    say(format_args!(
        "the run {run} is rolled back: {removed} rows removed, {restored} restored; rows that others added stay"
    ));
    ExitCode::SUCCESS
}

fn tell(error: &Error) -> ExitCode {
    match error.source_as::<StartError>() {
        Some(complaints) => fail(complaints),
        None => fail(failure::reason(error)),
    }
}
