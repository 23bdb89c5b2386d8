//! Jobs that are put off: when, in which order, once per key, and what becomes of those that fail.

use std::time::Duration;

use chrono::TimeDelta;
use underpin::{
    db::{Db, Engine},
    scheduler::{Job, Jobs, Priority, State},
    testing::TestApp,
};

use super::{Effects, Say, app, effects, saying, ticking};

async fn speaker(engine: Engine) -> TestApp {
    let job = saying()
        .attempts(3)
        .back_off(Duration::from_mins(1), Duration::from_hours(1))
        .time_limit(Duration::from_millis(200));
    TestApp::new(app([job.in_transaction(Effects::say)]), engine).await
}

fn word(word: &str) -> Say {
    Say(word.to_owned())
}

#[underpin::test]
async fn it_is_done_once_and_not_before_its_time(engine: Engine) {
    let app = speaker(engine).await;
    let (jobs, db) = (app.get::<Jobs>(), app.get::<Db>());
    jobs.later(word("now")).enqueue(&db).await.unwrap();
    let delayed = jobs.later(word("then")).after(Duration::from_secs(90));
    delayed.enqueue(&db).await.unwrap();
    assert_eq!(app.run_jobs().await, [("say".to_owned(), Ok(()))]);
    app.clock().advance(TimeDelta::seconds(89));
    assert_eq!(app.run_jobs().await, []);
    app.clock().advance(TimeDelta::seconds(1));
    app.run_jobs().await;
    app.run_jobs().await;
    assert_eq!(effects(&app).await, ["now", "then"]);
}

#[underpin::test]
async fn it_exists_only_if_the_transaction_that_put_it_off_was_committed(engine: Engine) {
    let app = speaker(engine).await;
    let (jobs, db) = (app.get::<Jobs>(), app.get::<Db>());
    let mut tx = db.begin().await.unwrap();
    jobs.later(word("dropped")).enqueue(&mut tx).await.unwrap();
    drop(tx);
    let mut tx = db.begin().await.unwrap();
    jobs.later(word("kept")).enqueue(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    app.run_jobs().await;
    assert_eq!(effects(&app).await, ["kept"]);
}

#[underpin::test]
async fn the_urgent_come_first_and_equals_in_the_order_in_which_they_were_due(engine: Engine) {
    let app = speaker(engine).await;
    let (jobs, db) = (app.get::<Jobs>(), app.get::<Db>());
    for (what, priority) in [
        ("d", Priority::Low),
        ("b", Priority::Normal),
        ("c", Priority::Normal),
        ("a", Priority::High),
    ] {
        let later = jobs.later(word(what)).priority(priority);
        later.enqueue(&db).await.unwrap();
    }
    app.run_jobs().await;
    assert_eq!(effects(&app).await, ["a", "b", "c", "d"]);
}

#[underpin::test]
async fn of_a_key_one_waits_at_a_time(engine: Engine) {
    let app = speaker(engine).await;
    let (jobs, db) = (app.get::<Jobs>(), app.get::<Db>());
    let put = async |what: &str| {
        let later = jobs.later(word(what)).unique("key");
        later.enqueue(&db).await.unwrap()
    };
    assert!(put("first").await.is_some());
    assert_eq!(put("second").await, None);
    app.run_jobs().await;
    assert!(put("third").await.is_some(), "the first is done");
    app.run_jobs().await;
    assert_eq!(effects(&app).await, ["first", "third"]);
}

#[underpin::test]
async fn what_fails_is_tried_again_then_given_up_then_tried_by_hand(engine: Engine) {
    let app = speaker(engine).await;
    let (jobs, db) = (app.get::<Jobs>(), app.get::<Db>());
    for what in ["fail", "panic", "hang"] {
        let id = jobs.later(word(what)).enqueue(&db).await.unwrap().unwrap();
        for attempt in 1..=3 {
            let ran = app.run_jobs().await;
            assert_eq!(ran.len(), 1, "{what} {attempt}");
            assert!(ran[0].1.is_err());
            assert_eq!(app.run_jobs().await, [], "not at once");
            app.clock().advance(TimeDelta::minutes(1 << attempt));
        }
        assert_eq!(app.run_jobs().await, []);
        let record = jobs.get(id).await.unwrap().unwrap();
        assert_eq!((record.state, record.failures), (State::Dead, 3));
        let reason = record.error.unwrap();
        assert!(
            reason.contains("told to") || reason.contains("longer than"),
            "{reason}"
        );

        assert!(jobs.retry(id).await.unwrap());
        assert!(!jobs.retry(id).await.unwrap(), "it waits now");
        assert_eq!(app.run_jobs().await.len(), 1);
        let record = jobs.get(id).await.unwrap().unwrap();
        assert_eq!(
            (record.state, record.failures, record.attempt),
            (State::Waiting, 1, 4)
        );
        app.clock().advance(TimeDelta::days(1));
        app.run_jobs().await;
        app.clock().advance(TimeDelta::days(1));
        app.run_jobs().await;
    }
    assert_eq!(
        effects(&app).await,
        Vec::<String>::new(),
        "nothing of it was kept"
    );
}

#[underpin::test]
async fn a_job_that_nobody_declared_cannot_be_put_off(engine: Engine) {
    let tick = ticking(Job::every("tick", Duration::from_mins(1)));
    let app = TestApp::new(app([tick]), engine).await;
    let (jobs, db) = (app.get::<Jobs>(), app.get::<Db>());
    let refused = jobs.later(word("lost")).enqueue(&db).await.unwrap_err();
    assert!(
        refused.chain().contains("declares a job `say`"),
        "{refused:?}"
    );
}
