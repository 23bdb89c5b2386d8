//! The tasks backend: a todo list behind Better Auth. What it consists of is in `app.rs`.

#[path = "app.rs"]
mod app;

fn main() -> std::process::ExitCode {
    underpin::run(app::app())
}
