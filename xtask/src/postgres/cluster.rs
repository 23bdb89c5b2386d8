//! A temporary cluster: a shell script that stops it when this program ends, however it ends.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

use crate::{
    output::{Doing, Failure},
    process,
};

const SCRIPT: &str = include_str!("cluster.sh");

/// Another program may take the port between asking for a free one and using it.
const ATTEMPTS: usize = 3;

/// A running cluster. Dropping it stops the server and removes its files.
pub struct Cluster {
    keeper: Child,
    port: u16,
}

impl Cluster {
    /// Makes and starts a cluster with the programs in this folder.
    pub fn start(programs: &Path) -> Result<Self, Failure> {
        let mut last = Failure::new("no attempt was made");
        for _ in 0..ATTEMPTS {
            match Self::attempt(programs) {
                Ok(cluster) => return Ok(cluster),
                Err(failure) => last = failure,
            }
        }
        Err(last)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    fn attempt(programs: &Path) -> Result<Self, Failure> {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.doing("there is no free port")?.port();
        let mut keeper = shell()?
            .arg(programs)
            .arg(port.to_string())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .doing("cannot start a shell for the PostgreSQL cluster")?;
        let output = keeper.stdout.take().map(BufReader::new);
        let first = output
            .and_then(|output| output.lines().next())
            .and_then(Result::ok);
        let cluster = Self { keeper, port };
        if first.as_deref() == Some("ready") {
            return Ok(cluster);
        }
        Err(Failure::new(format!(
            "the PostgreSQL in {} did not start; its reason stands above",
            programs.display()
        )))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // If the wait fails, the script still stops the cluster by itself.
        let _ = self.keeper.wait();
    }
}

/// A shell with the script; not as root, whom PostgreSQL refuses.
fn shell() -> Result<Command, Failure> {
    if id(&["-u"])? != "0" {
        return Ok(with_script(Command::new("sh"), &["-c"]));
    }
    let owner = if id(&["-u", "postgres"]).is_ok() {
        "postgres"
    } else {
        "nobody"
    };
    let group = id(&["-g", owner])?;
    if process::output(Command::new("setpriv").arg("--version")).is_ok() {
        let mut setpriv = Command::new("setpriv");
        setpriv.args(["--reuid", owner, "--regid", &group, "--clear-groups"]);
        return Ok(with_script(setpriv, &["sh", "-c"]));
    }
    let mut su = Command::new("su");
    su.args(["-s", "/bin/sh", owner]);
    Ok(with_script(su, &["-c"]))
}

fn with_script(mut command: Command, how: &[&str]) -> Command {
    command.args(how).args([SCRIPT, "sh"]);
    command
}

fn id(arguments: &[&str]) -> Result<String, Failure> {
    let printed = process::stdout(Command::new("id").args(arguments))?;
    Ok(String::from_utf8_lossy(&printed).trim().to_owned())
}
