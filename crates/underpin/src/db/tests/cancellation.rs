//! Requests that are dropped in the middle: nothing acknowledged is lost, nothing half-done is kept, and the
//! connections stay usable.

use std::time::Duration;

use futures_util::future::join_all;
use underpin::{
    Result,
    db::{Db, sql},
};

use super::{count, databases, insert};

const ROUNDS: usize = 1500;

/// Two rows in one transaction, the second telling that the first is there.
async fn pair(db: Db, number: usize) -> Result<()> {
    let mut transaction = db.begin().await?;
    insert(&format!("{number}-a"), 1, "A", "")
        .rows_affected(&mut transaction)
        .await?;
    let found = sql("SELECT id FROM notes WHERE id = $1").bind(format!("{number}-a"));
    found.fetch_one::<String>(&mut transaction).await?;
    insert(&format!("{number}-b"), 1, "B", "")
        .rows_affected(&mut transaction)
        .await?;
    transaction.commit().await
}

async fn single(db: Db, number: usize) -> Result<()> {
    let found = sql("SELECT count(*) FROM notes WHERE id = $1").bind(format!("{number}"));
    found.fetch_one::<i64>(&db).await?;
    insert(&format!("{number}"), 1, "A", "")
        .rows_affected(&db)
        .await
        .map(drop)
}

/// Spreads numbers over 0 to `below`, the same in every run.
fn scattered(number: usize, below: u64) -> u64 {
    ((number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33) % below
}

/// Runs `work` so often, drops most runs early, and returns the numbers of those that were acknowledged.
async fn abort_at_random<F>(db: &Db, work: fn(Db, usize) -> F) -> Vec<usize>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let mut acknowledged = Vec::new();
    for wave in 0..ROUNDS / 25 {
        let tasks = (0..25).map(|index| {
            let number = wave * 25 + index;
            let run = work(db.clone(), number);
            async move {
                let patience = match number % 5 {
                    0 => Duration::from_mins(1),
                    _ => Duration::from_micros(scattered(number, 12_000)),
                };
                match tokio::time::timeout(patience, run).await {
                    Ok(Ok(())) => Some(number),
                    Ok(Err(error)) => panic!("{error:?}"),
                    Err(_) => None,
                }
            }
        });
        acknowledged.extend(join_all(tasks).await.into_iter().flatten());
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aborted_transactions_leave_all_or_nothing() {
    for test in databases().await {
        let db = test.db();
        let acknowledged = abort_at_random(db, pair).await;
        assert!(acknowledged.len() >= ROUNDS / 5);
        assert!(acknowledged.len() < ROUNDS, "nothing was aborted");
        // Behind everything that is still under way.
        pair(db.clone(), ROUNDS).await.unwrap();
        let ids: Vec<String> = sql("SELECT id FROM notes").fetch_all(db).await.unwrap();
        let ids: std::collections::HashSet<_> = ids.into_iter().collect();
        for number in 0..=ROUNDS {
            let both = ["a", "b"].map(|half| ids.contains(&format!("{number}-{half}")));
            assert_eq!(both[0], both[1], "{number} is half there");
            assert!(
                both[0] || !acknowledged.contains(&number),
                "{number} is lost"
            );
        }
        let turns = (0..20).map(|turn| pair(db.clone(), 10_000 + turn));
        join_all(turns)
            .await
            .into_iter()
            .collect::<Result<Vec<_>>>()
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aborted_single_statements_lose_nothing_acknowledged() {
    for test in databases().await {
        let db = test.db();
        let acknowledged = abort_at_random(db, single).await;
        let ids: Vec<String> = sql("SELECT id FROM notes").fetch_all(db).await.unwrap();
        let ids: std::collections::HashSet<_> = ids.into_iter().collect();
        for number in acknowledged {
            assert!(ids.contains(&number.to_string()), "{number} is lost");
        }
        let before = count(db).await;
        let turns = (0..20).map(|turn| single(db.clone(), 10_000 + turn));
        join_all(turns)
            .await
            .into_iter()
            .collect::<Result<Vec<_>>>()
            .unwrap();
        assert!(count(db).await >= before + 20);
    }
}
