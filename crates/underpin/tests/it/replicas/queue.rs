//! A queue on several workers, some of which are killed.

use std::time::{Duration, Instant};

use super::{Shared, child::Child, until};

/// Has `workers` do `jobs`, while `kills` of them are killed one after the other and replaced.
pub async fn run(shared: Shared, workers: usize, jobs: i64, kills: i64) {
    let count = jobs.to_string();
    let enqueuing = [("JOBS", "off"), ("REPLICA_ENQUEUE", count.as_str())];
    let began = Instant::now();
    let producer = shared.child("producer", &enqueuing);
    producer.serves().await;
    let enqueued = began.elapsed();
    producer.end().await;

    let began = Instant::now();
    let start = |name: String| shared.child(&name, &[("JOBS_AT_A_TIME", "8")]);
    let mut running: Vec<Child> = (0..workers)
        .map(|index| start(format!("worker{index}")))
        .collect();
    for kill in 0..kills {
        let reached = jobs * (kill + 1) / (kills + 2);
        until("progress", async || done(&shared).await >= reached).await;
        let index = usize::try_from(kill).unwrap() % workers;
        running[index].kill();
        running[index] = start(format!("heir{kill}"));
    }
    until("all jobs", async || done(&shared).await >= jobs).await;
    let took = began.elapsed();
    // A second effect of any would come now.
    tokio::time::sleep(Duration::from_secs(1)).await;
    for worker in running {
        worker.serves().await;
        worker.end().await;
    }
    let different = "SELECT count(DISTINCT number) FROM effects WHERE job = 'count'";
    assert_eq!(shared.number(different).await, jobs, "none is lost");
    assert_eq!(done(&shared).await, jobs, "none is done twice");
    let open = "SELECT count(*) FROM _underpin_jobs WHERE job = 'count' AND state <> 'done'";
    assert_eq!(shared.number(open).await, 0);
    let lost = "SELECT coalesce(sum(lost), 0)::bigint FROM _underpin_jobs";
    let lost = shared.number(lost).await;
    #[expect(clippy::cast_precision_loss, reason = "a number of jobs")]
    let rate = jobs as f64 / took.as_secs_f64();
    println!(
        "{jobs} jobs put off in {enqueued:.1?}; {workers} workers, {kills} kills: done once each in {took:.1?}, \
         {rate:.0} per second; {lost} were taken from the killed"
    );
}

async fn done(shared: &Shared) -> i64 {
    shared
        .number("SELECT count(*) FROM effects WHERE job = 'count'")
        .await
}

#[tokio::test]
async fn a_queue_loses_nothing_and_does_nothing_twice() {
    if let Some(shared) = Shared::server("max_connections = 300\n").await {
        run(shared, 3, 3_000, 3).await;
    }
}
