//! The collections backend: any JSON file as a REST API. What it consists of is in `app.rs`.

#[path = "app.rs"]
mod app;

fn main() -> std::process::ExitCode {
    underpin::run(app::app())
}
