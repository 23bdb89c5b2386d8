//! The recurring-task job in programs of their own: replicas that start at once, `JOBS=off`, the verbs.

use serde_json::{Value, json};
use underpin::{
    db::Engine,
    testing::{EmptyDb, Issuer, RunningProgram, TestClient, TestProgram},
};

use crate::setup::{issuer, tasks, token};

const TASKS: &str = "/api/v1/tasks";

/// Ten done tasks of each kind that are long overdue.
async fn fill(ann: &TestClient) {
    for kind in ["daily", "weekly", "monthly"] {
        for number in 0..10 {
            let title = format!("{kind} {number}");
            let task = json!({
                "title": title, "priority": "Low", "due_date": "2020-01-01", "recurring": kind, "tags": ["x"],
            });
            let made = ann.post(TASKS, &task).await.expect_status(201).body();
            let done = json!({ "completed": true });
            let path = format!("{TASKS}/{}", made["id"]);
            ann.put(&path, &done).await.expect_status(200);
        }
    }
}

async fn open(ann: &TestClient) -> Vec<Value> {
    let tasks = ann
        .get("/api/v1/tasks?completed=false&sort=title")
        .await
        .ok();
    tasks.as_array().unwrap().clone()
}

async fn stop(running: RunningProgram) {
    running.ask_to_stop();
    assert_eq!(running.finished().await.code, Some(0));
}

async fn start(engine: Engine) -> (EmptyDb, Issuer, TestProgram) {
    let db = EmptyDb::new(engine).await;
    let issuer = issuer().await;
    let program = tasks(&db.address(), &issuer.url);
    (db, issuer, program)
}

#[underpin::test]
async fn replicas_that_start_together_make_each_successor_once(engine: Engine) {
    let (_db, issuer, program) = start(engine).await;
    let filling = program.clone().variable("JOBS", "off").serve().await;
    fill(&filling.bearer(&token(&issuer, "ann"))).await;
    stop(filling).await;
    let (a, b, c, d) = tokio::join!(
        program.serve(),
        program.serve(),
        program.serve(),
        program.serve()
    );
    let ann = a.bearer(&token(&issuer, "ann"));
    let made = open(&ann).await;
    assert_eq!(made.len(), 30);
    let due: Vec<&str> = [0, 10, 20]
        .map(|at| made[at]["due_date"].as_str().unwrap())
        .to_vec();
    assert_eq!(due, ["2020-01-02", "2020-01-31", "2020-01-08"]);
    for running in [a, b, c, d] {
        stop(running).await;
    }
    let again = program.serve().await;
    let ann = again.bearer(&token(&issuer, "ann"));
    assert_eq!(open(&ann).await.len(), 30, "a restart makes none again");
    stop(again).await;
}

#[underpin::test]
async fn a_program_without_jobs_makes_none_and_the_verb_does(engine: Engine) {
    let (_db, issuer, program) = start(engine).await;
    let program = program.variable("JOBS", "off");
    for _ in 0..2 {
        let running = program.serve().await;
        let ann = running.bearer(&token(&issuer, "ann"));
        if open(&ann).await.is_empty() && ann.get(TASKS).await.ok() == json!([]) {
            fill(&ann).await;
        }
        assert!(open(&ann).await.is_empty());
        stop(running).await;
    }
    for _ in 0..2 {
        let ran = program.run(&["jobs", "run", "recurring-tasks"], "").await;
        assert_eq!(ran.code, Some(0), "{}", ran.errors);
    }
    let running = program.serve().await;
    let ann = running.bearer(&token(&issuer, "ann"));
    assert_eq!(open(&ann).await.len(), 30);
    stop(running).await;
    let listed = program.run(&["jobs", "list"], "").await;
    assert!(
        listed.output.contains("recurring-tasks"),
        "{}",
        listed.output
    );
    let history = program.run(&["jobs", "history"], "").await;
    assert_eq!(history.output.lines().count(), 2, "{}", history.output);
}
