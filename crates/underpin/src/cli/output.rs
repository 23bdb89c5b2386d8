//! Words to the person at the terminal: results on standard output, trouble on standard error.

use std::{
    fmt::Display,
    io::{IsTerminal, Write},
    process::ExitCode,
};

/// Prints a line on standard output. A reader that went away is no error.
pub fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Prints what went wrong on standard error, and gives the exit code 1.
pub fn fail(problem: impl Display) -> ExitCode {
    let mut stderr = std::io::stderr().lock();
    let label = if paints(&stderr) {
        "\u{1b}[1;31merror\u{1b}[0m"
    } else {
        "error"
    };
    let text = problem.to_string();
    for line in text.lines() {
        let line = if line.starts_with(' ') {
            line.to_owned()
        } else {
            format!("{label}: {line}")
        };
        let _ = writeln!(stderr, "{line}");
    }
    ExitCode::FAILURE
}

/// Whether colours are wanted: on a terminal, unless `NO_COLOR` says otherwise.
#[expect(
    clippy::disallowed_methods,
    reason = "NO_COLOR counts before any configuration is read"
)]
pub(crate) fn paints(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var("NO_COLOR").map_or(true, |value| value.is_empty())
}
