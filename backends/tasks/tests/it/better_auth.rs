//! With a real Better Auth: its tokens, its rotation, and a page beside it that calls from another origin.
//!
//! `npm ci` in a copy of `tests/better-auth` provides it; `BETTER_AUTH_MODULES` says where, or it is looked for
//! where `.ci/run` puts it. Without it, or without a browser, these tests are left out, loudly; in CI they fail.

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    os::unix::fs::symlink,
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use underpin::{
    db::Engine,
    testing::{Browser, EmptyDb, RunningProgram, TestClient, TestDb, find_program, left_out},
};

use crate::setup::tasks;

const TASKS: &str = "/api/v1/tasks";

/// A Better Auth of its own, with nobody in it. It ends with its standard input.
struct BetterAuth {
    url: String,
    client: TestClient,
    process: Child,
    input: Option<ChildStdin>,
    _folder: TempDir,
}

impl BetterAuth {
    /// `None` if it is left out.
    fn start() -> Option<Self> {
        let Some(modules) = modules().filter(|_| find_program(&["node"]).is_some()) else {
            left_out("no Node.js with Better Auth to log in with (`npm ci` in tests/better-auth)");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let sources = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/better-auth");
        for file in ["package.json", "server.mjs", "page.html"] {
            fs::copy(sources.join(file), folder.path().join(file)).unwrap();
        }
        symlink(modules, folder.path().join("node_modules")).unwrap();
        let mut process = Command::new("node")
            .arg("server.mjs")
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = process.stdin.take();
        let mut url = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut url).unwrap();
        let url = url.trim_end().to_owned();
        let address: SocketAddr = url.strip_prefix("http://").unwrap().parse().unwrap();
        Some(Self {
            client: TestClient::new(address).with_header("origin", &url),
            url,
            process,
            input,
            _folder: folder,
        })
    }

    /// Signs someone up and in: the same client, who now shows the session's cookie.
    async fn sign_up(&self, name: &str) -> TestClient {
        let email = format!("{name}@example.com");
        let user = json!({ "name": name, "email": email, "password": "a-password-of-theirs" });
        let signed_up = self.client.post("/api/auth/sign-up/email", &user).await;
        signed_up.expect_status(200);
        let signed_in = self.client.post("/api/auth/sign-in/email", &user).await;
        let signed_in = signed_in.expect_status(200);
        let cookie = signed_in.header("set-cookie").split(';').next().unwrap();
        self.client.clone().with_header("cookie", cookie)
    }
}

impl Drop for BetterAuth {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.process.wait();
    }
}

fn modules() -> Option<PathBuf> {
    let said = env::var_os("BETTER_AUTH_MODULES").map(PathBuf::from);
    let cache = || {
        let home = env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
        let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or(home)?;
        Some(cache.join("underpin-ci/tools/better-auth/node_modules"))
    };
    said.or_else(cache)
        .filter(|folder| folder.join("better-auth").is_dir())
}

async fn token(user: &TestClient) -> String {
    let token = user.get("/api/auth/token").await.ok();
    token["token"].as_str().unwrap().to_owned()
}

/// The program beside it, on PostgreSQL if there is one, with issuer and audience checked.
async fn beside(better_auth: &BetterAuth) -> (EmptyDb, RunningProgram) {
    let engine = if TestDb::available(Engine::Postgres).await {
        Engine::Postgres
    } else {
        Engine::Sqlite
    };
    let db = EmptyDb::new(engine).await;
    let program = tasks(&db.address(), &better_auth.url)
        .variable("TOKEN_ISSUER", &better_auth.url)
        .variable("TOKEN_AUDIENCE", &better_auth.url)
        .variable("CORS_ORIGINS", &better_auth.url);
    let running = program.serve().await;
    (db, running)
}

async fn status(running: &RunningProgram, token: &str) -> u16 {
    let reply = running.bearer(token).get(TASKS).await;
    reply.status().as_u16()
}

#[tokio::test]
async fn its_tokens_are_read_before_and_after_a_rotation() {
    let Some(better_auth) = BetterAuth::start() else {
        return;
    };
    let (_db, running) = beside(&better_auth).await;
    let ann = better_auth.sign_up("ann").await;
    let first = token(&ann).await;
    let client = running.bearer(&first);
    let task = json!({ "title": "Buy milk", "priority": "Low", "tags": ["home"] });
    let made: Value = client.post(TASKS, &task).await.expect_status(201).body();
    let session = ann.get("/api/auth/get-session").await.ok();
    assert_eq!(made["user_id"], session["user"]["id"]);
    assert_eq!(made["user_id"].as_str().unwrap().len(), 32);

    for round in 0..3 {
        better_auth
            .client
            .post("/rotate", &json!({}))
            .await
            .expect_status(200);
        let next = token(&ann).await;
        let key = |token: &str| token.split('.').next().unwrap().to_owned();
        assert_ne!(key(&next), key(&first), "another key signed it");
        assert_eq!(status(&running, &next).await, 200, "round {round}");
        assert_eq!(
            status(&running, &first).await,
            200,
            "within its grace period"
        );
    }
    let bob = token(&better_auth.sign_up("bob").await).await;
    let path = format!("{TASKS}/{}", made["id"]);
    running.bearer(&bob).get(&path).await.expect_status(404);
    assert_eq!(status(&running, &format!("{first}x")).await, 401);

    drop(better_auth);
    assert_eq!(
        status(&running, &first).await,
        200,
        "its outage locks nobody out"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_another_origin_does_what_the_frontend_does() {
    let Some(better_auth) = BetterAuth::start() else {
        return;
    };
    let Some(browser) = Browser::find("to call the API from another origin") else {
        return;
    };
    let (_db, running) = beside(&better_auth).await;
    let page = format!("{}/page?api=http://{}", better_auth.url, running.address());
    let dom = browser.look(&page).await;
    assert!(
        dom.contains("<title>done</title>"),
        "{dom}\n{}",
        running.log()
    );
    assert!(dom.contains("ok at the login"), "{dom}");
}
