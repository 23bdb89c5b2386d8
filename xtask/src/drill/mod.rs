//! `cargo xtask drill`: is a feature one folder and one entry? Tries it on a copy of the workspace.

mod addition;
mod app_file;
mod copy;
mod deletion;

use std::process::ExitCode;

use crate::{
    output::{Failure, say},
    surroundings::Surroundings,
    workspace,
};

use copy::Copy;

/// What this one serves is data, found while it runs: a new resource is a line of the user's file, not a folder.
const OF_DATA: &str = "collections";

/// Deletes and adds features in every backend; fails if one leaves a trace or touches too much.
pub fn run(here: &Surroundings) -> Result<ExitCode, Failure> {
    let copy = Copy::make(here)?;
    for folder in workspace::backends(&here.root)? {
        let backend = workspace::name(&folder);
        if backend == OF_DATA {
            continue;
        }
        copy.check(backend, "before anything is changed")?;
        deletion::drill(&copy, backend)?;
        addition::drill(&copy, backend)?;
    }
    say("drill: features come and go as a folder and an entry");
    Ok(ExitCode::SUCCESS)
}
