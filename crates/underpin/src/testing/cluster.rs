//! A PostgreSQL of a test's own, to be stopped and started: made from installed binaries, on a port of its own.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use super::server::in_ci;

/// A PostgreSQL cluster in a temporary directory; stopped and deleted when it is dropped.
#[derive(Debug)]
pub struct Cluster {
    directory: TempDir,
    binaries: PathBuf,
    port: u16,
}

impl Cluster {
    /// A cluster that runs, without `fsync`. `None` where PostgreSQL is not installed.
    ///
    /// # Panics
    ///
    /// With `CI` set, if it is not installed: tests left out would pass unseen. As every method: if
    /// PostgreSQL's programs fail.
    pub fn new() -> Option<Self> {
        let Some(binaries) = binaries() else {
            assert!(!in_ci(), "no PostgreSQL to start for the tests: install it");
            return None;
        };
        let directory = tempfile::tempdir().expect("a temporary directory");
        let port = free_port();
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

    /// The port of 127.0.0.1 that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its database, for `DATABASE_URL`.
    pub fn address(&self) -> String {
        format!("postgresql://ann@127.0.0.1:{}/postgres", self.port)
    }

    /// The directory of its data.
    pub fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// The directory of its socket.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Adds lines to the server's configuration, for its next start.
    pub fn configure(&self, lines: &str) {
        let file = self.data().join("postgresql.conf");
        let text = fs::read_to_string(&file).expect("the configuration");
        fs::write(file, text + lines).expect("the configuration");
    }

    /// Starts it, and waits until it takes connections.
    pub fn start(&self) {
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
    pub fn stop(&self) {
        self.stop_in_mode("fast");
    }

    /// As when the server crashes: nothing is put in order; the next start recovers.
    pub fn crash(&self) {
        self.stop_in_mode("immediate");
    }

    fn stop_in_mode(&self, mode: &str) {
        run(self
            .tool("pg_ctl")
            .arg("--pgdata")
            .arg(self.data())
            .args(["-m", mode, "stop"]));
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
    let status = command.status().expect("a program that can be started");
    assert!(status.success(), "{command:?}");
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    let id = id.expect("the program `id`");
    id.stdout.trim_ascii() == b"0"
}

/// A port of 127.0.0.1 that nobody listens on at this moment.
///
/// # Panics
///
/// If there is none.
pub fn free_port() -> u16 {
    let listening = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listening.expect("a free port").port()
}

/// The folder of the newest version installed as Debian does; else an empty path, for programs on the `PATH`.
fn binaries() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let versions = folders.filter_map(|folder| {
        let path = folder.ok()?.path();
        let version: u32 = path.file_name()?.to_str()?.parse().ok()?;
        Some((version, path.join("bin")))
    });
    let installed = versions.filter(|(_, binaries)| binaries.join("initdb").exists());
    let newest = installed.max().map(|(_, binaries)| binaries);
    newest.or_else(|| {
        let initdb = Command::new("initdb").arg("--version").output();
        initdb.is_ok().then(PathBuf::new)
    })
}
