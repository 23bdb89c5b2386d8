//! A candidate in the background: started with its environment, stopped by its process number.
//! It outlives the step that starts it, so everything about it is in files of its folder.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::{
    output::{Doing, Failure},
    process, workspace,
};

const PAUSE: Duration = Duration::from_millis(50);
/// A minute for the candidate to start or to stop.
const ATTEMPTS: usize = 1200;

const NUMBER: &str = "candidate.pid";
const ENVIRONMENT: &str = "candidate.env";
const ADDRESS: &str = "candidate.address";

/// How a candidate is stopped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It finishes what it does.
    Gracefully,
    /// Its data are not needed any more.
    AtOnce,
}

/// What is to be started.
pub struct Candidate {
    program: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Candidate {
    pub fn new(program: &Path) -> Self {
        Self {
            program: program.display().to_string(),
            arguments: Vec::new(),
            environment: Vec::new(),
        }
    }

    pub fn args<'a>(mut self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let arguments = arguments.into_iter().map(ToOwned::to_owned);
        self.arguments.extend(arguments);
        self
    }

    pub fn envs(mut self, variables: &[(String, String)]) -> Self {
        self.environment.extend_from_slice(variables);
        self
    }

    /// Starts it in `folder`, not in the checkout, whose `.env` is not for it; gives its address
    /// once it listens.
    pub fn start(self, folder: &Path) -> Result<String, Failure> {
        let port = free_port()?;
        let log = folder.join("candidate.log");
        let log = fs::File::create(&log).doing("cannot make a log")?;
        let errors = log.try_clone().doing("cannot make a log")?;
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            // What is compared is the point, not what the candidate says about it.
            .envs([("LOG_LEVEL", "warn"), ("HOST", "127.0.0.1")])
            .env("PORT", port.to_string())
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors);
        let mut child = command.spawn().doing("cannot start the candidate")?;
        workspace::write(&folder.join(NUMBER), child.id().to_string())?;
        workspace::write(&folder.join(ADDRESS), format!("127.0.0.1:{port}"))?;
        workspace::write(&folder.join(ENVIRONMENT), lines(&self.environment))?;
        for _ in 0..ATTEMPTS {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(format!("http://127.0.0.1:{port}"));
            }
            if let Some(status) = child.try_wait().doing("the candidate is lost")? {
                let said = workspace::read(&folder.join("candidate.log")).unwrap_or_default();
                return Err(Failure::new(format!(
                    "the candidate ended at its start with {status}: {}",
                    said.trim()
                )));
            }
            thread::sleep(PAUSE);
        }
        Err(Failure::new(format!(
            "the candidate does not listen on port {port}"
        )))
    }

    /// The environment of the candidate that was started in `folder` last.
    pub fn last_environment(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
        let kept = workspace::read(&folder.join(ENVIRONMENT))?;
        Ok(kept.lines().filter_map(variable).collect())
    }

    /// Stops the candidate that was started in `folder` last, if there is one.
    pub fn stop(folder: &Path, ending: Ending) -> Result<(), Failure> {
        let Ok(number) = workspace::read(&folder.join(NUMBER)) else {
            return Ok(());
        };
        let signal = match ending {
            Ending::Gracefully => "TERM",
            Ending::AtOnce => "KILL",
        };
        // It may have ended by itself.
        let kill = format!("kill -s {signal} {number} 2>/dev/null");
        process::status(Command::new("sh").args(["-c", &kill]))?;
        fs::remove_file(folder.join(NUMBER)).doing("cannot forget the candidate")?;
        let address = workspace::read(&folder.join(ADDRESS))?;
        for _ in 0..ATTEMPTS {
            if TcpStream::connect(address.trim()).is_err() {
                return Ok(());
            }
            thread::sleep(PAUSE);
        }
        Err(Failure::new("the candidate does not stop"))
    }
}

fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").doing("there is no free port")?;
    Ok(listener.local_addr().doing("there is no free port")?.port())
}

/// An address on this machine where nobody listens.
pub fn free_address() -> Result<String, Failure> {
    Ok(format!("127.0.0.1:{}", free_port()?))
}

/// Undoes the quotes of a shell.
pub fn variable(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    let value = value.strip_prefix('\'')?.strip_suffix('\'')?;
    Some((name.to_owned(), value.replace("'\\''", "'")))
}

fn lines(variables: &[(String, String)]) -> String {
    let quoted = |value: &str| value.replace('\'', "'\\''");
    let line = |(name, value): &(String, String)| format!("{name}='{}'\n", quoted(value));
    variables.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_lose_their_quotes_and_get_them_back() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(variable("A='b c'"), Some(pair("A", "b c")));
        assert_eq!(variable("A='it'\\''s=1'"), Some(pair("A", "it's=1")));
        assert_eq!(variable("A=b"), None);
        let both = [pair("A", "it's=1"), pair("B", "")];
        let back: Vec<_> = lines(&both).lines().filter_map(variable).collect();
        assert_eq!(back, both);
    }
}
