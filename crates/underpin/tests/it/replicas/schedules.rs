//! Schedules on several replicas.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use underpin::{Clock, db::sql};

use super::{
    Shared,
    child::Child,
    replica::{PERIOD, SCHEDULED},
    until,
};

/// How far apart the clocks are, from the first replica to the last.
const APART: i64 = 600;

/// Runs `count` replicas until `slots` fire times of each job have had their effects.
pub async fn run(shared: Shared, count: i64, slots: i64) {
    let start = begin_missed(&shared, slots).await;
    let began = Instant::now();
    // The first two take their time over each job, so that they can be met in the middle of one.
    let mut replicas: Vec<Child> = (0..2).map(|index| replica(&shared, index, count)).collect();
    pause(&shared, &replicas[0]).await;
    replicas.extend((2..count).map(|index| replica(&shared, index, count)));
    for replica in &replicas[1..] {
        replica.serves().await;
    }
    if count > 2 {
        replicas[1].is_in_the_middle().await;
        replicas[1].kill();
    }
    let silent = "a worker has fallen silent";
    until(silent, async || {
        replicas[1..]
            .iter()
            .any(|other| other.log().contains(silent))
    })
    .await;
    if count == 2 {
        // With two, the paused one has to come back before the other is killed.
        replicas[0].go_on();
        replicas[0].logs("another worker has this job now").await;
        replicas[1].is_in_the_middle().await;
        replicas[1].kill();
    }

    let last = start + PERIOD * u32::try_from(slots).unwrap();
    until("all effects", async || {
        effects(&shared, last).await >= slots * 4
    })
    .await;
    let took = began.elapsed();
    replicas[0].go_on();
    replicas[0].logs("another worker has this job now").await;
    replicas.remove(1);
    for replica in replicas {
        replica.end().await;
    }
    check(&shared, start, last, slots).await;
    println!(
        "{count} replicas on {}, clocks {APART} s apart, one paused, one killed: {} fire times once each, in {took:.1?}",
        shared.db.engine(),
        slots * 4
    );
}

/// Notes that every job was planned up to a moment that lies so far back that most fire times have come by
/// every clock, and all by that of the fastest.
async fn begin_missed(shared: &Shared, slots: i64) -> DateTime<Utc> {
    let span = PERIOD.as_secs().cast_signed() * slots;
    let now = Clock::system().now();
    let back = (span - APART / 2 + 30).max(APART / 2 + span / 2);
    let start = now - TimeDelta::seconds(back);
    let start = DateTime::from_timestamp(start.timestamp() / 3 * 3, 0).unwrap();
    for job in SCHEDULED {
        sql(
            "INSERT INTO _underpin_schedules (job, planned_until) VALUES ($1, $2)
             ON CONFLICT (job) DO UPDATE SET planned_until = $2",
        )
        .bind(job)
        .bind(start)
        .rows_affected(&shared.db)
        .await
        .unwrap();
    }
    start
}

fn replica(shared: &Shared, index: i64, count: i64) -> Child {
    // Of two, the faster one is left in the end: the other would have to wait until its clock comes to it.
    let position = if count == 2 { 1 - index } else { index };
    let clock = (APART * position / (count - 1) - APART / 2).to_string();
    let middle = if index < 2 { "200ms" } else { "0s" };
    let variables = [
        ("CLOCK", clock.as_str()),
        ("REPLICA_MIDDLE", middle),
        ("JOBS_AT_A_TIME", "2"),
    ];
    shared.child(&format!("replica{index}"), &variables)
}

/// Pauses a replica that is in the middle of a job and holds no lock on the whole file: that would stop
/// everybody, on SQLite, for as long as it sleeps.
async fn pause(shared: &Shared, replica: &Child) {
    loop {
        replica.is_in_the_middle().await;
        replica.pause();
        let write =
            sql("UPDATE _underpin_schedules SET planned_until = planned_until WHERE job = ''");
        if write.rows_affected(&shared.db).await.is_ok() {
            return;
        }
        replica.go_on();
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn effects(shared: &Shared, last: DateTime<Utc>) -> i64 {
    let count = sql("SELECT count(*) FROM effects WHERE number <= $1");
    count
        .bind(last.timestamp())
        .fetch_one(&shared.db)
        .await
        .unwrap()
}

/// Every fire time of every job has one effect: none is missing, none is doubled, none was invented.
async fn check(shared: &Shared, start: DateTime<Utc>, last: DateTime<Utc>, slots: i64) {
    for job in SCHEDULED {
        let all = sql("SELECT number FROM effects WHERE job = $1 ORDER BY number");
        let all: Vec<i64> = all.bind(job).fetch_all(&shared.db).await.unwrap();
        let within: Vec<i64> = all
            .iter()
            .copied()
            .filter(|at| *at <= last.timestamp())
            .collect();
        let due = (1..=slots).map(|slot| start.timestamp() + 3 * slot);
        assert_eq!(within, due.collect::<Vec<_>>(), "{job}");
        assert!(
            all.is_sorted_by(|one, next| one + 3 == *next),
            "{job}: {all:?}"
        );
    }
    let odd = "SELECT count(*) FROM _underpin_jobs WHERE state NOT IN ('done', 'waiting')";
    assert_eq!(shared.number(odd).await, 0, "all have stopped");
    let workers = "SELECT count(*) FROM _underpin_workers";
    assert_eq!(
        shared.number(workers).await,
        0,
        "all have left, or were buried"
    );
}

#[tokio::test]
async fn three_processes_on_one_file_do_everything_once() {
    run(Shared::file().await, 3, 40).await;
}

#[tokio::test]
async fn two_replicas_on_one_server_do_everything_once() {
    if let Some(shared) = Shared::server("max_connections = 300\n").await {
        run(shared, 2, 20).await;
    }
}

#[tokio::test]
async fn five_replicas_on_one_server_do_everything_once() {
    if let Some(shared) = Shared::server("max_connections = 300\n").await {
        run(shared, 5, 60).await;
    }
}
