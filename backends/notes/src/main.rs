//! The notes backend: ParchMark's API. What it consists of is in `app.rs`.

mod app;
mod auth;
mod config;
mod demo;
mod errors;
mod notes;
mod pages;
mod settings;
mod timestamp;
mod users;

fn main() -> std::process::ExitCode {
    underpin::run(app::app())
}
