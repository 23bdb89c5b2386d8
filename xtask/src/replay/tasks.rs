//! The recording of the Todo API: tokens of an outside issuer, and restarts in its course.

use std::{path::Path, process::Command, time::SystemTime};

use super::{
    candidate::{Candidate, Ending, free_address},
    environment,
    scenario::Stage,
};
use crate::{
    output::{Doing, Failure},
    postgres::Postgres,
    process,
    surroundings::Surroundings,
    workspace,
};

/// One candidate, which asks `underpin` for the keys of the tokens that it signs anew.
pub fn arguments(
    stage: &Stage<'_>,
    underpin: &mut Command,
    postgres: &Postgres,
) -> Result<(), Failure> {
    let issuer = free_address()?;
    let program = underpin.get_program().to_owned();
    let mut environment = environment(program.as_ref(), &stage.recording)?;
    environment.retain(|(name, _)| name != "BETTER_AUTH_URL");
    environment.push(("BETTER_AUTH_URL".to_owned(), format!("http://{issuer}")));
    environment.push(stage.database(postgres)?);
    let began = began(program.as_ref(), &stage.recording)?;
    let clock = recorded_clock(began)?;
    environment.extend_from_slice(&clock);
    underpin.envs(clock);
    let address = Candidate::new(&stage.program())
        .envs(&environment)
        .start(&stage.folder)?;
    underpin.args(["--to", &address, "--jwks-listen", &issuer]);
    underpin.args(["--before", &stage.step("restart")?]);
    Ok(())
}

/// When the recording began, in seconds since 1970.
fn began(underpin: &Path, recording: &Path) -> Result<i64, Failure> {
    let mut print = Command::new(underpin);
    print.arg("replay").arg(recording).arg("--print-start");
    let printed = String::from_utf8(process::stdout(&mut print)?);
    let printed = printed.doing("the beginning of the recording")?;
    printed
        .trim()
        .parse()
        .doing("the beginning of the recording")
}

/// Which tasks are due depends on the day, so candidate and replay live on the recorded one.
#[expect(
    clippy::disallowed_methods,
    reason = "how far off the recorded day is from the real one"
)]
fn recorded_clock(began: i64) -> Result<[(String, String); 3], Failure> {
    let library = workspace::folders(Path::new("/usr/lib"))?
        .into_iter()
        .map(|folder| folder.join("faketime/libfaketime.so.1"))
        .find(|library| library.is_file())
        .ok_or_else(|| Failure::new("the recorded day needs the Debian package `libfaketime`"))?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = i64::try_from(now.doing("the clock")?.as_secs()).doing("the clock")?;
    let pair = |name: &str, value: String| (name.to_owned(), value);
    Ok([
        pair("LD_PRELOAD", library.display().to_string()),
        pair("FAKETIME", (began - now).to_string()),
        pair("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ])
}

/// The only thing that happens on the recorded server: it is restarted, once with a key for the AI.
pub fn restart(stage: &Stage<'_>) -> Result<String, Failure> {
    let mut environment = Candidate::last_environment(&stage.folder)?;
    let happened = Surroundings::happened_before().unwrap_or_default();
    if !happened.contains("restarted") {
        return Err(Failure::new(format!(
            "nobody knows how to do this: {happened}"
        )));
    }
    if happened.contains("AI_API_KEY set") {
        environment.retain(|(name, _)| name != "AI_API_KEY");
        environment.push(("AI_API_KEY".to_owned(), "a key of the replay".to_owned()));
    }
    Candidate::stop(&stage.folder, Ending::Gracefully)?;
    Candidate::new(&stage.program())
        .envs(&environment)
        .start(&stage.folder)
}
