//! A reading list. What it consists of is in `app.rs`.

#[path = "app.rs"] // so that the folders of the features are looked for here
mod app;

fn main() -> std::process::ExitCode {
    underpin::run(app::app())
}
