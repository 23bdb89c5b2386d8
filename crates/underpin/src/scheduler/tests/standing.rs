//! How jobs stand: what is overdue, the list, the history, the probe, what a wrong declaration says.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use underpin::{
    Clock, Random,
    config::Sources,
    db::{Db, Engine},
    scheduler::{Job, Jobs, State},
    testing::TestApp,
};

use super::{Effects, Say, app, saying, ticking};
use crate::program;

async fn watched(engine: Engine) -> TestApp {
    let tick = ticking(Job::every("tick", Duration::from_hours(1)));
    let app = app([tick, saying().in_transaction(Effects::say)]).probes("/live", "/ready");
    let app = TestApp::new(app, engine).await;
    app.run_jobs().await;
    app
}

async fn overdue(app: &TestApp) -> Vec<&'static str> {
    let late = app.get::<Jobs>().overdue().await.unwrap();
    late.into_iter().map(|late| late.job).collect()
}

#[underpin::test]
async fn a_schedule_that_nobody_keeps_is_overdue(engine: Engine) {
    let app = watched(engine).await;
    app.clock().advance(TimeDelta::minutes(75));
    assert_eq!(overdue(&app).await, Vec::<&str>::new());
    app.clock().advance(TimeDelta::minutes(1));
    assert_eq!(overdue(&app).await, ["tick"]);
    let ready = app.stranger().get("/ready").await.expect_status(200).body();
    assert_eq!(
        ready,
        json!({ "status": "ready", "overdue_jobs": ["tick"] })
    );
    app.run_jobs().await;
    let ready = app.stranger().get("/ready").await.expect_status(200).body();
    assert_eq!(ready, json!({ "status": "ready" }));
}

#[underpin::test]
async fn a_job_that_waits_for_a_worker_is_overdue(engine: Engine) {
    let app = watched(engine).await;
    let (jobs, db) = (app.get::<Jobs>(), app.get::<Db>());
    let later = jobs
        .later(Say("late".to_owned()))
        .after(Duration::from_mins(5));
    later.enqueue(&db).await.unwrap();
    app.clock().advance(TimeDelta::minutes(20));
    assert_eq!(overdue(&app).await, Vec::<&str>::new());
    app.clock().advance(TimeDelta::minutes(1));
    assert_eq!(overdue(&app).await, ["say"]);
}

#[underpin::test]
async fn the_list_and_the_history_say_how_it_stands(engine: Engine) {
    let app = watched(engine).await;
    let (jobs, db) = (app.get::<Jobs>(), app.get::<Db>());
    app.clock().advance(TimeDelta::hours(2));
    app.run_jobs().await;
    jobs.later(Say("waits".to_owned()))
        .enqueue(&db)
        .await
        .unwrap();
    let list = jobs.list().await.unwrap();
    let [say, tick] = list.as_slice() else {
        panic!("{list:?}")
    };
    assert_eq!((say.job, &say.schedule, say.next), ("say", &None, None));
    assert_eq!(say.counts, [(State::Waiting, 1)]);
    assert_eq!(tick.schedule.as_deref(), Some("every 3600s"));
    assert_eq!(tick.next, Some(app.clock().now() + TimeDelta::hours(1)));
    assert_eq!(tick.counts, [(State::Done, 1)]);
    let history = jobs.history(Some("tick"), 10).await.unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].slot, Some(app.clock().now()));
}

#[test]
fn wrong_declarations_are_told_together() {
    let app = app([
        ticking(Job::cron("one", "61 * * * *")),
        ticking(Job::cron("two", "0 0 30 2 *")),
        ticking(Job::cron("three", "0 0 * * *").time_zone("Mars/Olympus")),
        ticking(Job::every("four", Duration::ZERO)),
        ticking(Job::every("no name", Duration::from_mins(1))),
        ticking(Job::every("one", Duration::from_mins(1))),
    ]);
    let sources = Sources::from_pairs([("JOBS_AT_A_TIME", "0")]);
    let outcome = program::configure(&app, &sources, Clock::system(), Random::repeatable(1));
    let complaints = outcome.err().unwrap();
    let subjects = complaints
        .complaints()
        .iter()
        .map(|one| one.subject.as_str());
    let subjects: Vec<_> = subjects.collect();
    assert_eq!(
        subjects,
        ["JOBS_AT_A_TIME"],
        "without settings there are no times yet"
    );
    let sources = Sources::from_pairs([("JOBS", "off")]);
    let outcome = program::configure(&app, &sources, Clock::system(), Random::repeatable(1));
    let complaints = outcome.err().unwrap();
    let subjects = complaints
        .complaints()
        .iter()
        .map(|one| one.subject.as_str());
    assert_eq!(
        subjects.collect::<Vec<_>>(),
        [
            "job one",
            "job two",
            "job three",
            "job four",
            "job no name",
            "job one"
        ]
    );
}
