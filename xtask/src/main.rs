//! `cargo xtask`: what is done around the code. Each verb is a module; nothing of it ships.

mod drill;
mod layers;
mod openapi;
mod output;
mod postgres;
mod process;
mod replay;
#[cfg(test)]
mod snippets;
mod surroundings;
mod test;
mod workspace;

use std::process::ExitCode;

use output::{Failure, say, warn};
use surroundings::Surroundings;

const USAGE: &str = "\
cargo xtask VERB

  test [ARGUMENTS…]     all tests, on SQLite and PostgreSQL; arguments go to `cargo test`
  layers                who may import whom, and where files live
  drill                 delete each leaf feature, add one: does the rest still compile?
  openapi [--check]     write backends/*/openapi.json, or fail where they would change
  replay [BACKEND…]     send the recorded traffic to the backends, on SQLite and PostgreSQL;
                        `collections/json-server-v0` names one recording

Exit code: 0, or 1 with the reason on standard error; `test` exits as `cargo test` did.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(failure) => {
            warn(format_args!("xtask: {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<ExitCode, Failure> {
    let here = Surroundings::look()?;
    match arguments {
        ["test", rest @ ..] => test::run(&here, rest),
        ["layers"] => layers::run(&here),
        ["drill"] => drill::run(&here),
        ["openapi"] => openapi::run(&here, openapi::Mode::Write),
        ["openapi", "--check"] => openapi::run(&here, openapi::Mode::Check),
        ["replay", wanted @ ..] => replay::run(&here, wanted),
        ["scenario", step @ ..] => replay::scenario(&here, step),
        [] | ["help" | "--help" | "-h"] => {
            say(USAGE);
            Ok(ExitCode::SUCCESS)
        }
        [verb, ..] => Err(Failure::new(format!(
            "`{verb}` is not understood\n\n{USAGE}"
        ))),
    }
}
