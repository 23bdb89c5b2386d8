//! Schedules: each fire time once, missed ones by the rule, in order, and not before the first start.

use std::time::Duration;

use chrono::TimeDelta;
use underpin::{
    db::Engine,
    scheduler::{CatchUp, Job},
    testing::TestApp,
};

use super::{app, effects, ticking};

/// A minute past midnight, when each test begins.
async fn minutely(rule: CatchUp, engine: Engine) -> TestApp {
    let job = Job::every("tick", Duration::from_mins(1)).catch_up(rule);
    let app = TestApp::new(app([ticking(job)]), engine).await;
    assert_eq!(
        app.run_jobs().await,
        [],
        "nothing is missed before the first start"
    );
    app
}

/// The fire times that had an effect, in minutes since the beginning.
async fn minutes(app: &TestApp) -> Vec<i64> {
    let start = 20_000 * 86_400;
    let seconds = effects(app).await;
    seconds
        .iter()
        .map(|second| (second.parse::<i64>().unwrap() - start) / 60)
        .collect()
}

#[underpin::test]
async fn each_fire_time_has_its_effect_once(engine: Engine) {
    let app = minutely(CatchUp::Latest, engine).await;
    for _ in 0..3 {
        app.clock().advance(TimeDelta::seconds(61));
        app.run_jobs().await;
        app.run_jobs().await;
    }
    assert_eq!(minutes(&app).await, [1, 2, 3]);
}

#[underpin::test]
async fn every_missed_fire_time_is_made_up_for_in_order(engine: Engine) {
    let app = minutely(CatchUp::Each, engine).await;
    app.clock().advance(TimeDelta::minutes(230));
    app.run_jobs().await;
    assert_eq!(minutes(&app).await, (1..=230).collect::<Vec<_>>());
}

#[underpin::test]
async fn the_latest_missed_fire_time_stands_for_all(engine: Engine) {
    let app = minutely(CatchUp::Latest, engine).await;
    app.clock().advance(TimeDelta::minutes(230));
    app.run_jobs().await;
    app.clock().advance(TimeDelta::minutes(1));
    app.run_jobs().await;
    assert_eq!(minutes(&app).await, [230, 231]);
}

#[underpin::test]
async fn what_is_noticed_late_is_left_out_where_that_is_the_rule(engine: Engine) {
    let job = Job::every("tick", Duration::from_hours(1)).catch_up(CatchUp::None);
    let app = TestApp::new(app([ticking(job)]), engine).await;
    app.run_jobs().await;
    app.clock().advance(TimeDelta::minutes(62));
    app.run_jobs().await;
    app.clock().advance(TimeDelta::minutes(58));
    app.run_jobs().await;
    assert_eq!(minutes(&app).await, [120]);
}

#[underpin::test]
async fn the_time_before_the_first_start_counts_if_that_is_said(engine: Engine) {
    let job = Job::cron("nightly", "0 0 * * *").time_zone("Europe/Berlin");
    let app = TestApp::new(app([ticking(job.also_before_first_start())]), engine).await;
    app.run_jobs().await;
    app.run_jobs().await;
    // 2024-10-04: midnight in Berlin is 22:00 in UTC.
    assert_eq!(minutes(&app).await, [-120]);
    app.clock().advance(TimeDelta::hours(22));
    app.run_jobs().await;
    assert_eq!(minutes(&app).await, [-120, 22 * 60]);
}

#[underpin::test]
async fn a_clock_that_goes_back_repeats_nothing(engine: Engine) {
    let app = minutely(CatchUp::Each, engine).await;
    for minutes in [5, -10, 3, 8] {
        app.clock().advance(TimeDelta::minutes(minutes));
        app.run_jobs().await;
    }
    assert_eq!(minutes(&app).await, [1, 2, 3, 4, 5, 6]);
}

#[underpin::test]
async fn a_switch_of_the_time_zone_moves_the_times(engine: Engine) {
    let job = || ticking(Job::cron("nightly", "30 2 * * *"));
    let zone = [("JOBS_TIME_ZONE", "Asia/Kolkata")];
    let app = TestApp::with(app([job()]), engine, &zone).await;
    app.run_jobs().await;
    app.clock().advance(TimeDelta::days(1));
    app.run_jobs().await;
    assert_eq!(minutes(&app).await, [21 * 60]);
}
