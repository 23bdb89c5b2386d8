//! The program `underpin`: proves a new backend against the old one. Must run while a backend is down.

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
