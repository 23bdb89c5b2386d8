//! PostgreSQL stopped and started while requests run: clear answers meanwhile, then everything works again.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    sync::watch,
    task::{JoinSet, block_in_place},
    time::{sleep, timeout},
};
use underpin::{
    http::Method,
    testing::{Cluster, Reply, RunningProgram, TestClient},
};

use crate::setup::{notes, postgres, token};

const AT_ONCE: usize = 16;

/// Failures that are waited for while the database is away; each was an answer of its own.
const FAILURES: usize = 200;

#[underpin::test]
async fn postgres_comes_back_without_a_restart_of_notes() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let program = notes(&cluster.address());
    let made = program
        .run(&["users", "create", "anna", "annapass"], "")
        .await;
    assert_eq!(made.code, Some(0), "{}", made.errors);
    let running = program.serve().await;
    let traffic = Traffic::start(&running);
    for round in 0..3 {
        traffic.some_successes().await;
        match round {
            0 | 1 => block_in_place(|| cluster.stop()),
            _ => block_in_place(|| cluster.crash()),
        }
        look_while_away(&running).await;
        traffic.some_failures().await;
        block_in_place(|| cluster.start());
        patiently("/api/health is 200 again", async || {
            running.stranger().get("/api/health").await.status() == 200
        })
        .await;
        traffic.some_successes().await;
        look_when_back(&running).await;
    }
    let acknowledged = traffic.stop().await;
    let anna = running.bearer(&token("anna"));
    let listed = anna.get("/api/notes/").await.ok();
    let listed: HashMap<&str, &Value> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|note| (note["id"].as_str().unwrap(), note))
        .collect();
    for note in &acknowledged {
        let id = note["id"].as_str().unwrap();
        assert_eq!(listed.get(id), Some(&note), "{id} is lost");
    }
    let session = postgres(&cluster.address()).await;
    let rows = session.query_one("SELECT count(*) FROM notes", &[]).await;
    let rows: i64 = rows.unwrap().get(0);
    assert_eq!(rows, i64::try_from(listed.len()).unwrap());
}

/// Contract section 10: what each address says while the database cannot be reached.
async fn look_while_away(running: &RunningProgram) {
    let stranger = running.stranger();
    let anna = running.bearer(&token("anna"));
    for _ in 0..5 {
        stranger.get("/health").await.ok();
        let health = stranger.get("/api/health").await.expect_status(503);
        let unhealthy = r#"{"detail":"Service unhealthy: Database connection failed","status_code":503,"path":"/api/health"}"#;
        assert_eq!(health.text(), unhealthy);
        for path in [
            "/api/notes/",
            "/api/auth/me",
            "/api/settings/user-info",
            "/api/settings/export-notes",
        ] {
            assert_shape_d(anna.get(path).await, path);
        }
        let login = json!({ "username": "anna", "password": "annapass" });
        let login = stranger.post("/api/auth/login", &login).await;
        assert_shape_d(login, "/api/auth/login");
    }
}

async fn look_when_back(running: &RunningProgram) {
    let login = json!({ "username": "anna", "password": "annapass" });
    running
        .stranger()
        .post("/api/auth/login", &login)
        .await
        .ok();
    let anna = running.bearer(&token("anna"));
    for _ in 0..20 {
        anna.get("/api/settings/user-info").await.ok();
        anna.get("/api/auth/me").await.ok();
    }
    let archive = anna.get("/api/settings/export-notes").await;
    archive.expect_status(200);
}

fn assert_shape_d(reply: Reply, path: &str) {
    let expected = json!({ "detail": "Internal server error", "status_code": 500, "path": path });
    let reply = reply.expect_status(500);
    assert_eq!(reply.text(), expected.to_string());
}

async fn patiently(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waited = timeout(Duration::from_mins(1), async {
        while !holds().await {
            sleep(Duration::from_millis(20)).await;
        }
    });
    assert!(waited.await.is_ok(), "{what}: not within a minute");
}

/// Writers who never stop, whatever is answered.
struct Traffic {
    writers: JoinSet<Vec<Value>>,
    stop: watch::Sender<bool>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    successes: AtomicUsize,
    failures: AtomicUsize,
}

impl Traffic {
    fn start(running: &RunningProgram) -> Self {
        let (stop, stopped) = watch::channel(false);
        let counts = Arc::<Counts>::default();
        let mut writers = JoinSet::new();
        for _ in 0..AT_ONCE {
            let anna = running.bearer(&token("anna"));
            writers.spawn(write(anna, stopped.clone(), Arc::clone(&counts)));
        }
        Self {
            writers,
            stop,
            counts,
        }
    }

    async fn some_successes(&self) {
        more("notes are created", &self.counts.successes).await;
    }

    async fn some_failures(&self) {
        more("requests fail", &self.counts.failures).await;
    }

    /// Every note that was acknowledged, as the answer showed it.
    async fn stop(self) -> Vec<Value> {
        self.stop.send(true).unwrap();
        self.writers.join_all().await.concat()
    }
}

async fn more(what: &str, count: &AtomicUsize) {
    let enough = count.load(Ordering::Relaxed) + FAILURES;
    patiently(what, async || count.load(Ordering::Relaxed) >= enough).await;
}

async fn write(
    anna: TestClient,
    stopped: watch::Receiver<bool>,
    counts: Arc<Counts>,
) -> Vec<Value> {
    let mut acknowledged = Vec::new();
    while !*stopped.borrow() {
        let body = json!({ "content": format!("# Note\n\n{}", acknowledged.len()) });
        let reply = anna.send(Method::POST, "/api/notes/", Some(&body)).await;
        let reply = reply.unwrap();
        if reply.status() == 200 {
            acknowledged.push(reply.ok());
            counts.successes.fetch_add(1, Ordering::Relaxed);
        } else {
            assert_shape_d(reply, "/api/notes/");
            counts.failures.fetch_add(1, Ordering::Relaxed);
        }
    }
    acknowledged
}
