//! The program `underpin`: proves a new backend against the old one. Must run while a backend is down.

#![expect(
    clippy::disallowed_methods,
    reason = "a program of its own: there is no app whose clock and tasks it could take"
)]

mod cli;
mod compare;
#[cfg(test)]
mod double;
mod har;
mod json;
mod replay;
mod report;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    cli::execute().await
}
