//! `cargo xtask test`: all tests, with a PostgreSQL found for them, and a plain word where there is none.

use std::process::ExitCode;

use crate::{
    output::{Failure, say, warn},
    postgres::Postgres,
    process,
    surroundings::Surroundings,
};

/// Runs `cargo test`, of the whole workspace unless the arguments name a package. Fails as it does;
/// in CI also if PostgreSQL was left out.
pub fn run(here: &Surroundings, arguments: &[&str]) -> Result<ExitCode, Failure> {
    let postgres = Postgres::find(here)?;
    let mut command = here.cargo(&["test"]);
    if !arguments
        .iter()
        .any(|argument| argument.starts_with("-p") || argument.starts_with("--pa"))
    {
        command.arg("--workspace");
    }
    command.args(arguments);
    match &postgres {
        Some(postgres) => command.env("UNDERPIN_TEST_POSTGRES", postgres.url()),
        None => command.env_remove("UNDERPIN_TEST_POSTGRES"),
    };
    let status = process::status(&mut command)?;
    if !status.success() {
        // Cargo's own code: 101 for a failed test.
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        return Ok(ExitCode::from(code.unwrap_or(1)));
    }
    Ok(if postgres.is_some() {
        ExitCode::SUCCESS
    } else {
        confess(here)
    })
}

/// Says what was not tested: the last words of the run.
fn confess(here: &Surroundings) -> ExitCode {
    say("");
    say("LEFT OUT: everything on PostgreSQL. The tests ran on SQLite alone, because there is no");
    say("PostgreSQL: none in UNDERPIN_TEST_POSTGRES (an address such as");
    say("postgresql://postgres@127.0.0.1:5432/postgres), none on 127.0.0.1:5432 that trusts this");
    say("machine, and no initdb on the PATH or in /usr/lib/postgresql. Any of the three will do.");
    if here.ci {
        warn("xtask: in CI (the variable CI is set) tests that were left out are a failure");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
