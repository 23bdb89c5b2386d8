//! A page of another origin, in a real browser, makes the calls that the frontends make.
//!
//! Without Chromium it is left out, loudly; in CI it fails.

use std::{
    env,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use underpin::{db::Engine, testing::EmptyDb};

use crate::setup::patients;

const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

#[underpin::test]
async fn a_page_of_another_origin_does_what_the_frontends_do(engine: Engine) {
    let Some(browser) = find() else {
        let what = "no Chromium to call the API from another origin";
        assert!(env::var_os("CI").is_none(), "CI must have it: {what}");
        let told = writeln!(std::io::stderr(), "LEFT OUT: {what}");
        told.unwrap();
        return;
    };
    let origin = format!("http://{}", serve_page());
    for version in ["first", "head"] {
        let db = EmptyDb::new(engine).await;
        let program = patients(&db.address())
            .variable("PATIENTS_API", version)
            .variable("CORS_ORIGINS", &origin);
        let running = program.serve().await;
        let api = running.address();
        let page = format!("{origin}/?version={version}&api=http://{api}");
        let looking = tokio::task::spawn_blocking(move || look(browser, &page));
        let dom = looking.await.unwrap();
        let done = dom.contains("<title>done</title>");
        assert!(done, "{version}:\n{dom}\n{}", running.log());
    }
}

/// Answers every request with the page, as long as the tests run.
fn serve_page() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let page = include_str!("page.html");
        for mut stream in listener.incoming().flatten() {
            // A browser may connect and say nothing, or go away at any time.
            let _ = stream.set_read_timeout(Some(Duration::from_millis(500)));
            let _ = stream.read(&mut [0; 8192]);
            let length = page.len();
            let head =
                "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close";
            let _ = write!(stream, "{head}\r\ncontent-length: {length}\r\n\r\n{page}");
        }
    });
    address
}

fn find() -> Option<&'static str> {
    let path = env::var_os("PATH")?;
    let folders: Vec<_> = env::split_paths(&path).collect();
    let is_there = |name: &str| folders.iter().any(|folder| folder.join(name).is_file());
    BROWSERS.into_iter().find(|name| is_there(name))
}

/// What the page looks like when all is done.
fn look(browser: &str, page: &str) -> String {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
        ])
        .args([
            "--no-first-run",
            "--disable-background-networking",
            "--disable-sync",
        ])
        .args(["--disable-component-update", "--disable-dev-shm-usage"])
        .args(["--virtual-time-budget=60000", "--dump-dom"])
        .arg("--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1")
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(page)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
