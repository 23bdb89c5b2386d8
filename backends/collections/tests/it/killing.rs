//! `kill -9` in the middle of writing: what was acknowledged is there, and the file is an old or a new one, never half.

use std::{collections::BTreeSet, fs, sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::{sync::Mutex, task::JoinSet, time::sleep};
use underpin::{
    db::Engine,
    http::Method,
    testing::{RunningProgram, TestClient, TestProgram},
};

use crate::setup::{exported, file, said, serving_on};

const KILLS: usize = 12;
const WRITERS: usize = 8;

type Acknowledged = Arc<Mutex<BTreeSet<String>>>;

#[underpin::test]
async fn kills_lose_nothing_that_was_acknowledged_and_the_file_stays_as_it_was(engine: Engine) {
    let text = r#"{ "posts": [] }"#;
    let (_db, program) = serving_on(engine, text).await;
    let acknowledged = killed_again_and_again(&program, &["db.json"]).await;
    assert_eq!(fs::read_to_string(file(&program)).unwrap(), text);
    drop(program.serve_with(&["db.json"], "").await);
    all_there(&acknowledged, &exported(&program, "v1").await).await;
}

#[underpin::test]
async fn kills_leave_an_old_or_a_new_file_that_catches_up(engine: Engine) {
    let (_db, program) = serving_on(engine, r#"{ "posts": [] }"#).await;
    let arguments = ["db.json", "--write-back"];
    let acknowledged = killed_again_and_again(&program, &arguments).await;
    let running = program.serve_with(&arguments, "").await;
    running.ask_to_stop();
    assert_eq!(running.finished().await.code, Some(0));
    all_there(&acknowledged, &said(&program)).await;
    assert_eq!(said(&program), exported(&program, "v1").await);
    let drafts = fs::read_dir(program.directory()).unwrap();
    let drafts = drafts.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().contains(".draft-")
    });
    assert_eq!(drafts.count(), 0, "no draft is left");
}

async fn killed_again_and_again(program: &TestProgram, arguments: &[&str]) -> Acknowledged {
    let acknowledged = Acknowledged::default();
    for round in 0..KILLS {
        let mut running = program.serve_with(arguments, "").await;
        let before = acknowledged.lock().await.len();
        write_until_killed(
            &mut running,
            round,
            &acknowledged,
            before + 1 + 25 * (round % 4),
        )
        .await;
        assert_eq!(running.finished().await.code, None, "ended by the signal");
        // Whole at every moment: it can be parsed.
        assert!(said(program)["posts"].is_array());
    }
    acknowledged
}

async fn write_until_killed(
    running: &mut RunningProgram,
    round: usize,
    acknowledged: &Acknowledged,
    enough: usize,
) {
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let name = format!("{round}-{writer}");
        writers.spawn(write(running.stranger(), name, Arc::clone(acknowledged)));
    }
    while acknowledged.lock().await.len() < enough {
        assert!(!writers.is_empty(), "nobody writes");
        sleep(Duration::from_millis(1)).await;
    }
    running.kill();
    while let Some(ended) = writers.join_next().await {
        ended.unwrap();
    }
}

/// Creates records until the program is gone.
async fn write(client: TestClient, name: String, acknowledged: Acknowledged) {
    for number in 0.. {
        let title = format!("{name}-{number}");
        let body = json!({ "title": title });
        let Ok(reply) = client.send(Method::POST, "/posts", Some(&body)).await else {
            return;
        };
        reply.expect_status(201);
        acknowledged.lock().await.insert(title);
    }
}

async fn all_there(acknowledged: &Acknowledged, data: &Value) {
    let posts = data["posts"].as_array().unwrap();
    let titles: BTreeSet<String> = posts
        .iter()
        .map(|post| post["title"].as_str().unwrap().to_owned())
        .collect();
    let acknowledged = acknowledged.lock().await;
    assert!(!acknowledged.is_empty());
    let lost: Vec<_> = acknowledged.difference(&titles).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
}
