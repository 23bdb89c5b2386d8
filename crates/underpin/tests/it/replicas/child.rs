//! A replica as a process: started, paused, killed, asked to stop, and what it logged.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    time::Duration,
};

use super::{
    LEASE, PATIENCE,
    replica::{ORDERS, Orders, SCHEDULED},
    until,
};

/// A replica; killed when it is dropped.
pub struct Child {
    process: process::Child,
    path: PathBuf,
}

impl Child {
    /// `variables` may hold `CLOCK`, by how many seconds its clock is wrong.
    pub fn start(address: &str, directory: &Path, name: &str, variables: &[(&str, &str)]) -> Self {
        let path = directory.join(name);
        let lease = format!("{}ms", LEASE.as_millis());
        let replica = path.display().to_string();
        let mut all = vec![
            ("HOST", "127.0.0.1"),
            ("PORT", "0"),
            ("DATABASE_URL", address),
            ("DATABASE_CONNECTIONS", "2"),
            ("JOBS_LEASE", &lease),
            ("JOBS_POLL", "200ms"),
            ("REPLICA", &replica),
        ];
        let (clock, others): (Vec<_>, Vec<_>) =
            variables.iter().partition(|(name, _)| *name == "CLOCK");
        all.extend(others);
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let orders = Orders {
            variables: all.into_iter().map(own).collect(),
            clock: clock
                .first()
                .map_or(0, |(_, seconds)| seconds.parse().unwrap()),
        };
        let log = File::create(path.with_extension("log")).unwrap();
        let process = Command::new(std::env::current_exe().unwrap())
            .args([
                "--ignored",
                "--exact",
                "--nocapture",
                "replicas::replica::replica",
            ])
            .env(ORDERS, serde_json::to_string(&orders).unwrap())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { process, path }
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.path.with_extension("log")).unwrap_or_default()
    }

    pub async fn logs(&self, words: &str) {
        until(words, async || self.log().contains(words)).await;
    }

    pub async fn serves(&self) {
        self.logs("serves on").await;
    }

    /// Waits until it is in the middle of a job.
    pub async fn is_in_the_middle(&self) {
        let mark = |job: &&str| {
            let mark = format!("{}.{job}.middle", self.path.display());
            Path::new(&mark).exists()
        };
        let what = "in the middle of a job";
        // Looked at more often than a middle is long.
        let waiting = async {
            while !SCHEDULED.iter().any(mark) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(waited.is_ok(), "never {what}:\n{}", self.log());
    }

    pub fn pause(&self) {
        self.signal("-STOP");
    }

    pub fn go_on(&self) {
        self.signal("-CONT");
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to stop and waits for its end, which must be a good one.
    pub async fn end(mut self) {
        self.signal("-TERM");
        let mut status = None;
        until("the end of a replica", async || {
            status = self.process.try_wait().unwrap();
            status.is_some()
        })
        .await;
        assert!(status.unwrap().success(), "{}", self.log());
    }

    fn signal(&self, signal: &str) {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
