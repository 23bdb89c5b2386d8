//! Other programs: cargo above all. Starts them in the workspace, and says what failed.

use std::process::{Command, ExitStatus, Output};

use crate::{
    output::{Doing, Failure},
    surroundings::Surroundings,
};

impl Surroundings {
    /// Cargo, in the root of the workspace, with these arguments.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.cargo);
        command.args(arguments).current_dir(&self.root);
        command
    }
}

/// Runs to the end with this terminal as its own.
pub fn status(command: &mut Command) -> Result<ExitStatus, Failure> {
    command
        .status()
        .doing(format_args!("cannot start {}", name(command)))
}

/// Runs to the end and keeps what it printed, whatever the exit code.
pub fn output(command: &mut Command) -> Result<Output, Failure> {
    command
        .output()
        .doing(format_args!("cannot start {}", name(command)))
}

/// Runs to the end with this terminal as its own; another exit code than 0 is a failure.
pub fn must(command: &mut Command) -> Result<(), Failure> {
    let status = status(command)?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} ended with {status}",
        line(command)
    )))
}

/// Runs to the end and gives what it printed on standard output; another exit code than 0 is a
/// failure that quotes what it printed on standard error.
pub fn stdout(command: &mut Command) -> Result<Vec<u8>, Failure> {
    let output = output(command)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let reason = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!(
        "{} ended with {}\n{reason}",
        line(command),
        output.status
    )))
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

fn line(command: &Command) -> String {
    let arguments = command
        .get_args()
        .map(|argument| argument.to_string_lossy());
    let words: Vec<_> = std::iter::once(name(command).into())
        .chain(arguments)
        .collect();
    format!("`{}`", words.join(" "))
}
