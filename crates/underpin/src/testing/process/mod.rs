//! A program as a process of its own, for what tests in memory cannot see: starts, signals, memory, `kill -9`.

mod child;
mod client;
mod running;

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use tempfile::TempDir;

use self::child::Supervised;
pub use self::{child::Finished, client::TestClient, running::RunningProgram};
use super::server::variable;

/// Where a program that is measured writes its counts.
const COUNTS: &str = "LLVM_PROFILE_FILE";

/// How a program is to be started: with these variables and no others, in a directory of its own.
#[derive(Clone, Debug)]
pub struct TestProgram {
    path: PathBuf,
    variables: Vec<(String, String)>,
    directory: Arc<TempDir>,
}

impl TestProgram {
    /// The program at `path`: `env!("CARGO_BIN_EXE_notes")`. It listens on a free port of 127.0.0.1.
    ///
    /// # Panics
    ///
    /// If there can be no temporary directory.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let program = Self {
            path: path.into(),
            variables: Vec::new(),
            directory: Arc::new(tempfile::tempdir().expect("a temporary directory")),
        };
        let program = program.variable("HOST", "127.0.0.1").variable("PORT", "0");
        // A program built to count which lines ran must be told where to write that, or it is lost.
        match variable(COUNTS) {
            Some(file) => program.variable(COUNTS, &file),
            None => program,
        }
    }

    /// With this variable, in place of an earlier value.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without this variable.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self
    }

    /// The directory in which it is started; removed with the last clone of this.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Runs a verb to its end, with `input` on its standard input.
    ///
    /// # Panics
    ///
    /// If it cannot be started, or does not end within two minutes.
    pub async fn run(&self, arguments: &[&str], input: &str) -> Finished {
        self.start(arguments, input).finished().await
    }

    /// Starts it and waits until it listens.
    ///
    /// # Panics
    ///
    /// With all that it printed, if it ends instead, or does not listen within two minutes.
    pub async fn serve(&self) -> RunningProgram {
        self.serve_with(&[], "").await
    }

    /// Starts it with these arguments and this on its standard input, and waits until it listens.
    ///
    /// # Panics
    ///
    /// As [`TestProgram::serve`].
    pub async fn serve_with(&self, arguments: &[&str], input: &str) -> RunningProgram {
        RunningProgram::listening(self.start(arguments, input)).await
    }

    fn start(&self, arguments: &[&str], input: &str) -> Supervised {
        let mut command = Command::new(&self.path);
        command
            .args(arguments)
            .env_clear()
            .envs(self.variables.iter().cloned())
            .current_dir(self.directory())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Supervised::start(&mut command, input)
    }
}
