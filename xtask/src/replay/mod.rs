//! `cargo xtask replay`: recorded traffic of an original against its replacement, on both engines.
//! What differs from backend to backend is in a file of its name; judging is `underpin replay`'s work.

mod candidate;
mod collections;
mod patients;
mod scenario;
mod tasks;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use candidate::{Candidate, Ending, variable};
use scenario::{Engine, Stage};

use crate::{
    output::{Doing, Failure, say, warn},
    postgres::Postgres,
    process,
    surroundings::Surroundings,
    workspace,
};

pub use scenario::run as scenario;

/// More of a recording may not be under written rules, in per cent. Of the 125 exchanges with the
/// patients app four ask for a page that cannot be: answered with 500 and SQL then, with 422 now.
fn most_ruled(backend: &str) -> &'static str {
    if backend == "patients" { "3.2" } else { "3" }
}

/// One recording, with the programs it takes.
struct Replay<'a> {
    here: &'a Surroundings,
    backend: String,
    recording: PathBuf,
    underpin: PathBuf,
}

/// Replays every recording of every backend, or those named: `notes`, `collections/json-server-v0`.
pub fn run(here: &Surroundings, wanted: &[&str]) -> Result<ExitCode, Failure> {
    let postgres = Postgres::find(here)?.ok_or_else(|| {
        Failure::new("a replay needs a PostgreSQL, too; `cargo xtask test` says where it looks")
    })?;
    let mut failed = Vec::new();
    for replay in replays(here, wanted)? {
        replay.build()?;
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let title = format!("{} on {engine}", replay.title());
            say(format_args!("replay: {title}"));
            if let Err(failure) = replay.on(engine, &postgres) {
                warn(format_args!("replay: {title}: {failure}"));
                failed.push(title);
            }
        }
    }
    if failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure::new(format!(
        "not everything was answered as recorded: {}",
        failed.join(", ")
    )))
}

fn replays<'a>(here: &'a Surroundings, wanted: &[&str]) -> Result<Vec<Replay<'a>>, Failure> {
    let mut replays = Vec::new();
    for folder in workspace::folders(&here.root.join("contracts"))? {
        let backend = workspace::name(&folder).to_owned();
        if !here.root.join("backends").join(&backend).is_dir() {
            warn(format_args!(
                "replay: contracts/{backend} is recorded, but there is no such backend"
            ));
            continue;
        }
        let files = workspace::files(&folder)?.into_iter();
        let recordings = files.filter(|file| file.extension().is_some_and(|end| end == "har"));
        replays.extend(recordings.map(|recording| Replay {
            here,
            backend: backend.clone(),
            recording,
            underpin: here.target.join("debug/underpin"),
        }));
    }
    let all = replays.len();
    let is_wanted = |replay: &Replay<'_>| {
        let named = |name: &&str| *name == replay.backend || *name == replay.title();
        wanted.is_empty() || wanted.iter().any(named)
    };
    replays.retain(is_wanted);
    let known = |name: &&&str| {
        replays
            .iter()
            .any(|r| r.backend == **name || r.title() == **name)
    };
    match wanted.iter().find(|name| !known(name)) {
        Some(name) => Err(Failure::new(format!(
            "there is no recording of `{name}` among the {all} in contracts/"
        ))),
        None => Ok(replays),
    }
}

impl Replay<'_> {
    fn title(&self) -> String {
        let name = self.recording.file_stem().unwrap_or_default();
        format!("{}/{}", self.backend, name.to_string_lossy())
    }

    fn build(&self) -> Result<(), Failure> {
        let packages = ["--package", &self.backend, "--package", "underpin-gateway"];
        process::must(self.here.cargo(&["build"]).args(packages))
    }

    /// Sends the recording to candidates on this engine; the last of them is stopped whatever comes.
    fn on(&self, engine: Engine, postgres: &Postgres) -> Result<(), Failure> {
        let folder = self.here.target.join("replay").join(self.title());
        let folder = folder.join(engine.to_string());
        if folder.exists() {
            fs::remove_dir_all(&folder).doing("cannot remove what the last replay left")?;
        }
        fs::create_dir_all(&folder).doing("cannot make a folder for the replay")?;
        let stage = Stage {
            here: self.here,
            backend: self.backend.clone(),
            recording: self.recording.clone(),
            engine,
            folder,
        };
        let result = self.send(&stage, postgres);
        let stopped = Candidate::stop(&stage.folder, Ending::AtOnce);
        let dropped = match engine {
            Engine::Sqlite => Ok(()),
            Engine::Postgres => postgres.drop_database(&stage.database_name()),
        };
        result.and(stopped).and(dropped)
    }

    fn send(&self, stage: &Stage<'_>, postgres: &Postgres) -> Result<(), Failure> {
        let mut underpin = Command::new(&self.underpin);
        underpin.arg("replay").arg(&self.recording);
        underpin.args(["--most-ruled", most_ruled(&self.backend)]);
        underpin
            .arg("--report")
            .arg(stage.folder.join("report.html"));
        let rules = self.recording.with_extension("rules.toml");
        if rules.is_file() {
            underpin.arg("--rules").arg(rules);
        }
        // The steps that `underpin` asks for use the same server.
        underpin.env("UNDERPIN_TEST_POSTGRES", postgres.url());
        match self.backend.as_str() {
            "collections" => collections::arguments(stage, &mut underpin)?,
            "patients" => patients::arguments(stage, &mut underpin)?,
            "tasks" => tasks::arguments(stage, &mut underpin, postgres)?,
            _ => self.once(stage, &mut underpin, postgres)?,
        }
        process::must(&mut underpin)
    }

    /// One candidate for the whole recording, with the environment and the users that it names.
    fn once(
        &self,
        stage: &Stage<'_>,
        underpin: &mut Command,
        postgres: &Postgres,
    ) -> Result<(), Failure> {
        let mut environment = environment(&self.underpin, &self.recording)?;
        environment.push(stage.database(postgres)?);
        let program = stage.program();
        let candidate = Candidate::new(&program).envs(&environment);
        let address = candidate.start(&stage.folder)?;
        let users = format!(
            "{} users create {{username}} {{password}}",
            program.display()
        );
        underpin
            .args(["--to", &address])
            .arg("--cli")
            .arg(&program)
            .args(["--create-user", &users])
            .envs(environment);
        Ok(())
    }
}

/// The variables that a recording asks for, from lines such as `NAME='value'`.
fn environment(underpin: &Path, recording: &Path) -> Result<Vec<(String, String)>, Failure> {
    let mut print = Command::new(underpin);
    let printed = process::stdout(print.arg("replay").arg(recording).arg("--print-env"))?;
    let printed = String::from_utf8(printed).doing("the recording's variables")?;
    Ok(printed.lines().filter_map(variable).collect())
}
