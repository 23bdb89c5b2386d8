//! The job on both engines: the contract's table, what happens once, and many histories beside a plain model.

mod histories;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};
use underpin::{
    db::{Db, Engine, sql},
    http::Method,
    testing::{Person, TestApp},
};

use super::{JOB, service::RecurringService};
use crate::app::people::Todo;

const TASKS: &str = "/api/v1/tasks";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Moves the clock to the first second of this day.
fn go_to(app: &TestApp, text: &str) {
    let midnight = day(text).and_hms_opt(0, 0, 1).unwrap().and_utc();
    app.clock().advance(midnight - app.clock().now());
}

async fn make(person: &Person, task: Value) -> i64 {
    let made = person.post(TASKS, task).await.expect_status(201).body();
    made["id"].as_i64().unwrap()
}

async fn toggle(person: &Person, id: i64) {
    let path = format!("{TASKS}/{id}/complete");
    let toggled = person.json(Method::PATCH, &path, &json!({})).await;
    toggled.expect_status(200);
}

/// The days on which open tasks are due, in the order of their making.
async fn open(person: &Person) -> Vec<Value> {
    let tasks = person.get("/api/v1/tasks?completed=false").await.ok();
    let tasks = tasks.as_array().unwrap().iter().rev();
    tasks.map(|task| task["due_date"].clone()).collect()
}

/// Each row of contract section 8 as stored tasks and the day of the run. `rule.rs` has the rows without SQL.
#[underpin::test]
async fn every_row_of_the_contract(engine: Engine) {
    for (kind, reference, today, expected) in [
        ("daily", "2026-01-31", "2026-01-31", None),
        ("daily", "2026-01-31", "2026-02-01", Some("2026-02-01")),
        ("daily", "2026-01-01", "2026-02-01", Some("2026-01-02")),
        ("daily", "2024-02-28", "2024-02-29", Some("2024-02-29")),
        ("daily", "2025-02-28", "2026-11-21", Some("2025-03-01")),
        ("daily", "2025-12-31", "2026-11-21", Some("2026-01-01")),
        ("daily", "2026-03-28", "2026-11-21", Some("2026-03-29")),
        ("daily", "2026-10-24", "2026-11-21", Some("2026-10-25")),
        ("weekly", "2026-01-31", "2026-02-06", None),
        ("weekly", "2026-01-31", "2026-02-07", Some("2026-02-07")),
        ("weekly", "2026-01-01", "2026-02-07", Some("2026-01-08")),
        ("monthly", "2026-01-31", "2026-03-01", None),
        ("monthly", "2026-01-31", "2026-03-02", Some("2026-03-02")),
        ("monthly", "2024-01-31", "2024-03-01", Some("2024-03-01")),
        ("monthly", "2024-02-29", "2024-03-30", Some("2024-03-30")),
        ("monthly", "2026-03-31", "2026-04-30", Some("2026-04-30")),
        ("monthly", "2026-12-31", "2027-01-30", Some("2027-01-30")),
        ("monthly", "2026-02-01", "2026-11-21", Some("2026-03-03")),
        ("daily", "0001-01-01", "2026-11-21", Some("0001-01-02")),
        ("daily", "9999-12-31", "2026-11-21", None),
        ("monthly", "2999-01-31", "2026-11-21", None),
    ] {
        let todo = Todo::start(engine).await;
        go_to(&todo.app, today);
        let ann = todo.someone("ann");
        let task =
            json!({ "title": "a", "priority": "Low", "due_date": reference, "recurring": kind });
        let id = make(&ann, task).await;
        todo.app.get::<RecurringService>().catch_up().await.unwrap();
        assert_eq!(open(&ann).await, [reference], "still open: none");
        toggle(&ann, id).await;
        todo.app.get::<RecurringService>().catch_up().await.unwrap();
        let expected: Vec<&str> = expected.into_iter().collect();
        assert_eq!(open(&ann).await, expected, "{kind} {reference} {today}");
    }
}

#[underpin::test]
async fn without_a_due_date_the_day_of_making_counts(engine: Engine) {
    let todo = Todo::start(engine).await;
    let ann = todo.someone("ann");
    let last_second = day("2026-01-01").and_hms_opt(23, 59, 59).unwrap().and_utc();
    todo.app
        .clock()
        .advance(last_second - todo.app.clock().now());
    for kind in ["daily", "weekly"] {
        let task = json!({ "title": kind, "priority": "Low", "recurring": kind });
        let id = make(&ann, task).await;
        toggle(&ann, id).await;
    }
    let service: RecurringService = todo.app.get();
    service.catch_up().await.unwrap();
    assert!(open(&ann).await.is_empty());
    go_to(&todo.app, "2026-01-02");
    service.catch_up().await.unwrap();
    assert_eq!(open(&ann).await, ["2026-01-02"]);
    go_to(&todo.app, "2026-01-08");
    service.catch_up().await.unwrap();
    assert_eq!(open(&ann).await, ["2026-01-02", "2026-01-08"]);
}

#[underpin::test]
async fn a_successor_is_a_task_of_its_own_and_is_made_once(engine: Engine) {
    let todo = Todo::start(engine).await;
    let (ann, bob) = (todo.someone("ann"), todo.someone("bob"));
    let today = todo.app.clock().now().date_naive();
    let yesterday = (today - TimeDelta::days(1)).to_string();
    let task = json!({
        "title": "Water", "description": "both", "priority": "High", "tags": ["a,b", "c"],
        "due_date": yesterday, "recurring": "daily",
    });
    let original = make(&ann, task.clone()).await;
    toggle(&ann, original).await;
    let theirs = make(&bob, task).await;
    toggle(&bob, theirs).await;
    let service: RecurringService = todo.app.get();
    let ran = futures(&service).await;
    assert_eq!(ran.iter().sum::<u64>(), 2, "one for each, whoever made it");
    let tasks = ann.get(TASKS).await.ok();
    assert_eq!(tasks.as_array().unwrap().len(), 2);
    let mut expected = ann.get(&format!("{TASKS}/{original}")).await.ok();
    let next = tasks
        .as_array()
        .unwrap()
        .iter()
        .find(|task| task["id"] != original);
    let next = next.unwrap().clone();
    for (name, value) in [
        ("id", next["id"].clone()),
        ("completed", json!(false)),
        ("due_date", json!(today.to_string())),
    ] {
        expected[name] = value;
    }
    assert_eq!(next, expected);
    // Done on its day it has none yet, and the original does not make it again.
    toggle(&ann, next["id"].as_i64().unwrap()).await;
    assert_eq!(service.catch_up().await.unwrap(), 0);
    assert_eq!(ann.get(TASKS).await.ok().as_array().unwrap().len(), 2);
}

/// Several replicas at the same moment.
async fn futures(service: &RecurringService) -> Vec<u64> {
    let run = || async { service.catch_up().await.unwrap() };
    let (a, b, c, d) = tokio::join!(run(), run(), run(), run());
    vec![a, b, c, d]
}

#[underpin::test]
async fn a_missed_midnight_is_made_up_for_by_the_next(engine: Engine) {
    let todo = Todo::start(engine).await;
    let ann = todo.someone("ann");
    assert!(todo.app.run_jobs().await.is_empty(), "midnight is to come");
    let task = json!({ "title": "a", "priority": "Low", "recurring": "daily" });
    let id = make(&ann, task).await;
    toggle(&ann, id).await;
    todo.app.clock().advance(TimeDelta::hours(23));
    assert!(todo.app.run_jobs().await.is_empty());
    todo.app.clock().advance(TimeDelta::days(3));
    assert_eq!(todo.app.run_jobs().await, [(JOB.to_owned(), Ok(()))]);
    assert_eq!(open(&ann).await, ["2024-10-05"]);
    assert!(todo.app.run_jobs().await.is_empty());
}

#[underpin::test]
async fn rows_of_the_old_program_are_bred_by_once(engine: Engine) {
    let todo = Todo::start(engine).await;
    let db: Db = todo.app.get();
    // Two copies that the old program made of one task, both done; and a row that was never recurring.
    for (title, kind) in [("a", Some("daily")), ("a", Some("daily")), ("b", None)] {
        let at: DateTime<Utc> = todo.app.clock().now();
        sql("INSERT INTO tasks (user_id, title, completed, priority, due_date, recurring, created_at, updated_at)
             VALUES ($1, $2, TRUE, 'Low', $3, $4, $5, $5)")
        .bind("ann")
        .bind(title)
        .bind(day("2024-10-01"))
        .bind(kind)
        .bind(at)
        .rows_affected(&db)
        .await
        .unwrap();
    }
    let service: RecurringService = todo.app.get();
    assert_eq!(service.catch_up().await.unwrap(), 1);
    assert_eq!(service.catch_up().await.unwrap(), 0);
}
