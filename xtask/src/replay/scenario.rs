//! Where a recording is replayed, and the steps that `underpin replay` asks for in its course.

use std::{
    fmt,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use super::{
    candidate::{Candidate, Ending},
    collections, patients, tasks,
};
use crate::{
    output::{Doing, Failure, say},
    postgres::Postgres,
    process,
    surroundings::Surroundings,
    workspace,
};

/// The database under the candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        })
    }
}

/// One recording on one engine.
pub struct Stage<'a> {
    pub here: &'a Surroundings,
    pub backend: String,
    pub recording: PathBuf,
    pub engine: Engine,
    /// Where the candidate works and its files are.
    pub folder: PathBuf,
}

/// `cargo xtask scenario start|restart …`, as `underpin replay` calls it.
pub fn run(here: &Surroundings, arguments: &[&str]) -> Result<ExitCode, Failure> {
    let [step, backend, recording, engine, folder] = arguments else {
        return Err(Failure::new("`scenario` is for `underpin replay` only"));
    };
    let engine = match *engine {
        "SQLite" => Engine::Sqlite,
        "PostgreSQL" => Engine::Postgres,
        other => return Err(Failure::new(format!("there is no engine `{other}`"))),
    };
    let stage = Stage {
        here,
        backend: (*backend).to_owned(),
        recording: recording.into(),
        engine,
        folder: folder.into(),
    };
    let postgres = Postgres::find(here)?
        .ok_or_else(|| Failure::new("the PostgreSQL of this replay is gone"))?;
    let address = match (*step, *backend) {
        ("start", "collections") => collections::start(&stage, &postgres),
        ("start", "patients") => patients::start(&stage, &postgres),
        ("restart", "tasks") => tasks::restart(&stage),
        _ => Err(Failure::new(format!("{backend} has no step `{step}`"))),
    }?;
    say(address);
    Ok(ExitCode::SUCCESS)
}

impl Stage<'_> {
    /// The command line of a step, for `--start` and `--before`.
    pub fn step(&self, step: &str) -> Result<String, Failure> {
        let own = Surroundings::own_program()?;
        let words = [
            &own.display().to_string(),
            "scenario",
            step,
            &self.backend,
            &self.recording.display().to_string(),
            &self.engine.to_string(),
            &self.folder.display().to_string(),
        ];
        Ok(words.map(quoted).join(" "))
    }

    /// The backend's program.
    pub fn program(&self) -> PathBuf {
        self.here.target.join("debug").join(&self.backend)
    }

    /// The name of the database on PostgreSQL.
    pub fn database_name(&self) -> String {
        let name = self.recording.file_stem().unwrap_or_default();
        let name = name.to_string_lossy().replace(['-', '.'], "_");
        format!("underpin_replay_{}_{name}", self.backend)
    }

    /// `DATABASE_URL` of an empty database.
    pub fn database(&self, postgres: &Postgres) -> Result<(String, String), Failure> {
        let url = match self.engine {
            Engine::Postgres => postgres.fresh_database(&self.database_name())?,
            Engine::Sqlite => {
                for end in ["", "-wal", "-shm"] {
                    let file = self.folder.join(format!("replay.db{end}"));
                    if file.exists() {
                        std::fs::remove_file(file).doing("cannot remove the last database")?;
                    }
                }
                format!("sqlite:{}", self.database_file().display())
            }
        };
        Ok(("DATABASE_URL".to_owned(), url))
    }

    fn database_file(&self) -> PathBuf {
        self.folder.join("replay.db")
    }

    /// Runs statements in the database that [`Stage::database`] made.
    pub fn sql(&self, statements: &str, postgres: &Postgres) -> Result<(), Failure> {
        match self.engine {
            Engine::Postgres => postgres.run(&self.database_name(), statements),
            Engine::Sqlite => sqlite(&self.database_file(), statements),
        }
    }

    /// Stops the candidate of the last scenario.
    pub fn clear(&self) -> Result<(), Failure> {
        Candidate::stop(&self.folder, Ending::AtOnce)
    }

    /// The start data of the scenario, next to the recording.
    pub fn start_data(&self) -> Result<Option<String>, Failure> {
        let Some(name) = Surroundings::recorded("START_DATA") else {
            return Ok(None);
        };
        workspace::read(&self.recording.with_file_name(name)).map(Some)
    }
}

fn sqlite(file: &Path, statements: &str) -> Result<(), Failure> {
    let mut shell = Command::new("sqlite3");
    let input = file.with_extension("sql");
    workspace::write(&input, statements)?;
    let input = std::fs::File::open(&input).doing("cannot read the statements")?;
    shell.arg("-bail").arg(file).stdin(Stdio::from(input));
    process::stdout(&mut shell)
        .doing("the start data need the program sqlite3")
        .map(|_| ())
}

/// A text as an SQL literal; both engines read backslashes as they are.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}
