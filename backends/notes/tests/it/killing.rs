//! `kill -9` in the middle of writing: what was acknowledged is there, whole, and nothing stands in the way.

use std::{collections::HashMap, sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::{
    sync::Mutex,
    task::JoinSet,
    time::{sleep, timeout},
};
use underpin::{
    db::Engine,
    http::Method,
    testing::{EmptyDb, RunningProgram, TestClient},
};

use crate::setup::{assert_integrity, notes, number, token, with_users};

const KILLS: usize = 20;
const AT_ONCE: usize = 64;

/// Ids with the contents that were sent.
type Acknowledged = Arc<Mutex<HashMap<String, String>>>;

#[underpin::test]
async fn twenty_kills_lose_no_acknowledged_note(engine: Engine) {
    let (db, program) = with_users(engine, &["anna"]).await;
    let acknowledged = Acknowledged::default();
    for round in 0..KILLS {
        let mut running = program.serve().await;
        let before = acknowledged.lock().await.len();
        // Now at the very first notes, now in full swing.
        let enough = before + 1 + 40 * (round % 5);
        write_until_killed(round, &mut running, &acknowledged, enough).await;
        assert_eq!(running.finished().await.code, None, "ended by the signal");
        assert_integrity(&db);
    }
    let running = program.serve().await;
    let listed = running.bearer(&token("anna")).get("/api/notes/").await.ok();
    let listed: HashMap<String, &Value> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|note| (text(&note["id"]), note))
        .collect();
    let acknowledged = acknowledged.lock().await;
    for (id, content) in &*acknowledged {
        let note = listed.get(id).unwrap_or_else(|| panic!("{id} is lost"));
        assert_eq!(note["content"], *content);
    }
    // A note whose answer did not come in time may be there; then it is there as a whole.
    for note in listed.values() {
        let title = text(&note["title"]);
        assert_eq!(note["content"], content(&title), "half-written");
        assert_eq!(note["createdAt"], note["updatedAt"]);
    }
    let without_answer = listed.len() - acknowledged.len();
    assert!(
        without_answer <= KILLS * AT_ONCE,
        "more than was under way: {without_answer}"
    );
}

#[underpin::test]
async fn kills_during_the_first_start_leave_nothing_in_the_way(engine: Engine) {
    let db = EmptyDb::new(engine).await;
    let program = notes(&db.address());
    for milliseconds in (0..60).step_by(3) {
        // What is not waited for is killed.
        let start = timeout(Duration::from_millis(milliseconds), program.serve());
        drop(start.await);
    }
    let running = program.serve().await;
    running.stranger().get("/api/health").await.ok();
    assert_eq!(
        number(&db, "SELECT count(*) FROM _underpin_migrations").await,
        1
    );
    assert_integrity(&db);
}

async fn write_until_killed(
    round: usize,
    running: &mut RunningProgram,
    acknowledged: &Acknowledged,
    enough: usize,
) {
    let mut writers = JoinSet::new();
    for writer in 0..AT_ONCE {
        let anna = running.bearer(&token("anna"));
        writers.spawn(write(
            anna,
            format!("note {round}-{writer}"),
            Arc::clone(acknowledged),
        ));
    }
    while acknowledged.lock().await.len() < enough {
        assert!(!writers.is_empty());
        sleep(Duration::from_millis(1)).await;
    }
    running.kill();
    while let Some(ended) = writers.join_next().await {
        ended.unwrap();
    }
}

/// Creates notes until the program is gone.
async fn write(anna: TestClient, name: String, acknowledged: Acknowledged) {
    for number in 0.. {
        let content = content(&format!("{name}-{number}"));
        let body = json!({ "content": content });
        let Ok(reply) = anna.send(Method::POST, "/api/notes/", Some(&body)).await else {
            return;
        };
        let note = reply.ok();
        let before = acknowledged.lock().await.insert(text(&note["id"]), content);
        assert!(before.is_none(), "two notes with one id");
    }
}

/// Long enough to spread over several pages of a database.
fn content(title: &str) -> String {
    format!(
        "# {title}\n\n{}",
        format!("All of {title}. ").repeat(400).trim_end()
    )
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
