//! A Chromium that looks at pages, for tests that want what a frontend really does.

use std::{
    env,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Shows no window, asks no host but 127.0.0.1, and is nobody's: no profile, no errands of its own.
const FLAGS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--virtual-time-budget=60000",
    "--dump-dom",
];

/// A Chromium that is installed.
#[derive(Clone, Copy, Debug)]
pub struct Browser(&'static str);

impl Browser {
    /// Without one the test is to be left out: that and what it is for stands on standard error then; in CI it fails.
    pub fn find(what: &str) -> Option<Self> {
        let found = find_program(&NAMES).map(Self);
        if found.is_none() {
            left_out(&format!("no Chromium {what}"));
        }
        found
    }

    /// Prints what a page, to be added, has become when its scripts are done, or after 60 seconds of its time.
    pub fn command(self, profile: &Path) -> Command {
        let mut command = Command::new(self.0);
        command
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.display()))
            .stdin(Stdio::null());
        command
    }

    /// The HTML of the page at `url` when its scripts are done.
    pub async fn look(self, url: &str) -> String {
        let url = url.to_owned();
        let looking = tokio::task::spawn_blocking(move || {
            let profile = tempfile::tempdir().expect("a folder for the profile");
            let output = self.command(profile.path()).arg(url).output();
            output.expect("the browser runs")
        });
        let output = looking.await.expect("the browser is not given up");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// The first of these programs that stands in a folder of `PATH`.
pub fn find_program(names: &[&'static str]) -> Option<&'static str> {
    let path = env::var_os("PATH")?;
    let folders: Vec<_> = env::split_paths(&path).collect();
    let is_there = |name: &str| folders.iter().any(|folder| folder.join(name).is_file());
    names.iter().copied().find(|name| is_there(name))
}

/// Says on standard error that a test is left out; panics where `CI` is set, because there nothing may be missing.
pub fn left_out(what: &str) {
    assert!(
        env::var_os("CI").is_none(),
        "CI must have what is missing: {what}"
    );
    // Past the harness, which keeps what a test prints to itself.
    let _ = std::io::stderr().write_all(format!("LEFT OUT: {what}\n").as_bytes());
}
