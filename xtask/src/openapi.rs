//! `cargo xtask openapi`: the document of each backend, kept beside its sources and always its own.

use std::{
    path::Path,
    process::{Command, ExitCode},
};

use crate::{
    output::{Doing, Failure, say, warn},
    process,
    surroundings::Surroundings,
    workspace,
};

/// A program (installed by `pip`) that knows the standard's own schema.
const VALIDATOR: &str = "openapi-spec-validator";

/// Backends whose document is inferred from the data that they serve; their own tests keep samples of it.
const INFERRED: [&str; 1] = ["collections"];

/// What to do with a document that changed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Write it.
    Write,
    /// Fail, and show the difference.
    Check,
}

/// Makes, compares and validates the document of every backend.
pub fn run(here: &Surroundings, mode: Mode) -> Result<ExitCode, Failure> {
    let validator = here.program(VALIDATOR);
    for folder in workspace::backends(&here.root)? {
        let backend = workspace::name(&folder);
        if INFERRED.contains(&backend) {
            continue;
        }
        let document = make(here, backend)?;
        let kept = folder.join("openapi.json");
        match mode {
            Mode::Write => workspace::write(&kept, &document)?,
            Mode::Check => compare(here, backend, &document, &kept)?,
        }
        if let Some(validator) = &validator {
            process::must(Command::new(validator).args(["--schema", "3.1"]).arg(&kept))?;
        }
        say(format_args!(
            "openapi: backends/{backend}/openapi.json is what the program says"
        ));
    }
    if validator.is_none() {
        warn(format_args!(
            "openapi: NOT validated: `pip install {VALIDATOR}` and put it on the PATH"
        ));
        if here.ci {
            return Err(Failure::new(
                "in CI (the variable CI is set) the validator must be there",
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn make(here: &Surroundings, backend: &str) -> Result<Vec<u8>, Failure> {
    process::stdout(&mut here.cargo(&["run", "--quiet", "--package", backend, "--", "openapi"]))
}

fn compare(here: &Surroundings, name: &str, made: &[u8], kept: &Path) -> Result<(), Failure> {
    if std::fs::read(kept).is_ok_and(|kept| kept == made) {
        return Ok(());
    }
    let fresh = here.target.join(format!("{name}.openapi.json"));
    workspace::write(&fresh, made)?;
    let mut difference = Command::new("git");
    difference
        .args(["--no-pager", "diff", "--no-index", "--"])
        .arg(kept)
        .arg(&fresh);
    process::status(&mut difference).doing("cannot show the difference")?;
    Err(Failure::new(format!(
        "{} differs from what the program says; if that is meant: `cargo xtask openapi`",
        kept.display()
    )))
}
