//! A PostgreSQL of a test's own, to be stopped and started: made from installed binaries, on a port of its own.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// A cluster in a temporary directory; stopped and deleted when it is dropped.
pub(super) struct Cluster {
    directory: TempDir,
    binaries: PathBuf,
    pub(super) port: u16,
}

impl Cluster {
    /// `None` where PostgreSQL is not installed.
    pub(super) fn new() -> Option<Self> {
        let binaries = newest_binaries()?;
        let directory = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let cluster = Self {
            directory,
            binaries,
            port,
        };
        if is_root() {
            run(Command::new("chown")
                .arg("postgres")
                .arg(cluster.directory.path()));
        }
        let data = cluster.data();
        run(cluster
            .tool("initdb")
            .args(["--username=ann", "--auth=trust", "--no-sync", "--pgdata"])
            .arg(&data));
        cluster.configure(&format!(
            "port = {port}\nlisten_addresses = '127.0.0.1'\nfsync = off\n\
             unix_socket_directories = '{}'\n",
            cluster.directory.path().display()
        ));
        cluster.start();
        Some(cluster)
    }

    pub(super) fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    pub(super) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Adds lines to the server's configuration, for its next start.
    pub(super) fn configure(&self, lines: &str) {
        let file = self.data().join("postgresql.conf");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(file, text + lines).unwrap();
    }

    pub(super) fn start(&self) {
        let log = self.directory.path().join("log");
        let mut start = self.tool("pg_ctl");
        start
            .arg("--pgdata")
            .arg(self.data())
            .arg("--log")
            .arg(log)
            .args(["--wait", "start"]);
        run(&mut start);
    }

    /// As a restart of the server does: sessions are ended, not waited for.
    pub(super) fn stop(&self) {
        run(self
            .tool("pg_ctl")
            .arg("--pgdata")
            .arg(self.data())
            .args(["-m", "fast", "stop"]));
    }

    /// The server refuses to run as root.
    fn tool(&self, name: &str) -> Command {
        let program = self.binaries.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
                .arg(program);
            command
        } else {
            Command::new(program)
        };
        command
            .current_dir(self.directory.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = self.tool("pg_ctl");
        let _ = stop
            .arg("--pgdata")
            .arg(self.data())
            .args(["-m", "immediate", "stop"])
            .status();
    }
}

fn run(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}");
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

fn newest_binaries() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let binaries = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    binaries
        .filter(|binaries| binaries.join("initdb").exists())
        .max()
}
