//! `cargo xtask replay`: recorded traffic of an original against its replacement, on both engines.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode},
    thread,
    time::Duration,
};

use crate::{
    output::{Doing, Failure, say},
    postgres::Postgres,
    process,
    surroundings::Surroundings,
    workspace,
};

const PAUSE: Duration = Duration::from_millis(100);
/// A minute for the candidate to start.
const ATTEMPTS: usize = 600;

/// The programs and the recording of one backend.
struct Replay {
    backend: String,
    recording: PathBuf,
    candidate: PathBuf,
    underpin: PathBuf,
}

/// Replays every backend that has a recording, or those named.
pub fn run(here: &Surroundings, backends: &[&str]) -> Result<ExitCode, Failure> {
    let postgres = Postgres::find(here)?.ok_or_else(|| {
        Failure::new("a replay needs a PostgreSQL, too; `cargo xtask test` says where it looks")
    })?;
    let recorded = workspace::folders(&here.root.join("contracts"))?;
    let recorded: Vec<&str> = recorded
        .iter()
        .map(|folder| workspace::name(folder))
        .collect();
    let wanted = if backends.is_empty() {
        &recorded[..]
    } else {
        backends
    };
    for backend in wanted {
        let replay = Replay::prepare(here, backend)?;
        replay.on_sqlite(here)?;
        replay.on_postgres(here, &postgres)?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Replay {
    fn prepare(here: &Surroundings, backend: &str) -> Result<Self, Failure> {
        let recording = format!("contracts/{backend}/{backend}.har");
        let recording = here.root.join(recording);
        if !recording.is_file() {
            return Err(Failure::new(format!("there is no {}", recording.display())));
        }
        let packages = [
            "build",
            "--package",
            backend,
            "--package",
            "underpin-gateway",
        ];
        process::must(&mut here.cargo(&packages))?;
        let built = here.target.join("debug");
        Ok(Self {
            backend: backend.to_owned(),
            recording,
            candidate: built.join(backend),
            underpin: built.join("underpin"),
        })
    }

    fn on_sqlite(&self, here: &Surroundings) -> Result<(), Failure> {
        let folder = here.target.join("replay").join(&self.backend);
        if folder.exists() {
            fs::remove_dir_all(&folder).doing("cannot remove the last replay's database")?;
        }
        fs::create_dir_all(&folder).doing("cannot make a folder for the database")?;
        let file = folder.join("replay.db");
        self.once(here, "SQLite", &format!("sqlite:{}", file.display()))
    }

    fn on_postgres(&self, here: &Surroundings, postgres: &Postgres) -> Result<(), Failure> {
        let name = format!("underpin_replay_{}", self.backend);
        let url = postgres.fresh_database(&name)?;
        let outcome = self.once(here, "PostgreSQL", &url);
        outcome.and(postgres.drop_database(&name))
    }

    /// Starts the candidate on this database, sends the recording, stops the candidate.
    fn once(&self, here: &Surroundings, engine: &str, database: &str) -> Result<(), Failure> {
        say(format_args!("replay: {} on {engine}", self.backend));
        let port = free_port()?;
        let mut environment = self.environment()?;
        environment.push(("DATABASE_URL".to_owned(), database.to_owned()));
        environment.push(("HOST".to_owned(), "127.0.0.1".to_owned()));
        environment.push(("PORT".to_owned(), port.to_string()));
        // What is compared is the point, not what the candidate says about it.
        environment.push(("LOG_LEVEL".to_owned(), "warn".to_owned()));
        let mut serve = command(&self.candidate, &environment);
        serve.current_dir(self.folder(here)?);
        let _running = Running::start(&mut serve, port)?;
        let candidate = self.candidate.display();
        let report = self.folder(here)?.join(format!("{engine}.html"));
        let mut underpin = command(&self.underpin, &environment);
        underpin
            .arg("replay")
            .arg(&self.recording)
            .args(["--to", &format!("http://127.0.0.1:{port}")])
            .args(["--cli", &format!("{candidate}")])
            .args([
                "--create-user",
                &format!("{candidate} users create {{username}} {{password}}"),
            ])
            .arg("--report")
            .arg(report);
        process::must(&mut underpin)
    }

    /// The variables that the recording asks for, from lines such as `NAME='value'`.
    fn environment(&self) -> Result<Vec<(String, String)>, Failure> {
        let mut print = Command::new(&self.underpin);
        let printed = process::stdout(print.arg("replay").arg(&self.recording).arg("--print-env"))?;
        let printed = String::from_utf8(printed).doing("the recording's variables")?;
        Ok(printed.lines().filter_map(variable).collect())
    }

    /// Where the candidate works; not in the checkout, whose `.env` is not for it.
    fn folder(&self, here: &Surroundings) -> Result<PathBuf, Failure> {
        let folder = here.target.join("replay").join(&self.backend);
        fs::create_dir_all(&folder).doing("cannot make a folder for the replay")?;
        Ok(folder)
    }
}

fn command(program: &Path, environment: &[(String, String)]) -> Command {
    let mut command = Command::new(program);
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    command
}

/// Undoes the quotes of a shell.
fn variable(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    let value = value.strip_prefix('\'')?.strip_suffix('\'')?;
    Some((name.to_owned(), value.replace("'\\''", "'")))
}

fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").doing("there is no free port")?;
    Ok(listener.local_addr().doing("there is no free port")?.port())
}

/// A candidate that is killed when this is dropped.
struct Running(Child);

impl Running {
    /// Starts it and waits until it listens.
    fn start(command: &mut Command, port: u16) -> Result<Self, Failure> {
        let mut running = Self(command.spawn().doing("cannot start the candidate")?);
        for _ in 0..ATTEMPTS {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(running);
            }
            if let Some(status) = running.0.try_wait().doing("the candidate is lost")? {
                return Err(Failure::new(format!(
                    "the candidate ended at its start with {status}"
                )));
            }
            thread::sleep(PAUSE);
        }
        Err(Failure::new(format!(
            "the candidate does not listen on port {port}"
        )))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_lose_their_quotes() {
        let pair = |name: &str, value: &str| Some((name.to_owned(), value.to_owned()));
        assert_eq!(variable("A='b c'"), pair("A", "b c"));
        assert_eq!(variable("A='it'\\''s=1'"), pair("A", "it's=1"));
        assert_eq!(variable("A=b"), None);
    }
}
