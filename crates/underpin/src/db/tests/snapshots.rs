//! Snapshots: one moment of the data in bounded batches, whatever is written meanwhile.

use underpin::db::{Db, Snapshot, sql};

use super::{databases, insert};

async fn fill(db: &Db, from: usize, to: usize, content: &str) {
    let notes = (from..to).map(|number| insert(&format!("{number:05}"), 1, "A", content));
    db.run_together(notes.collect()).await.unwrap();
}

/// All ids, and the size of the largest batch in rows.
async fn ids(snapshot: &mut Snapshot) -> (Vec<String>, usize) {
    let query = sql("SELECT id, content FROM notes WHERE user_id = $1 ORDER BY id").bind(1);
    let mut rows = query.stream::<(String, String)>(snapshot).await.unwrap();
    let (mut ids, mut largest) = (Vec::new(), 0);
    while let Some(batch) = rows.next_batch().await.unwrap() {
        assert!(!batch.is_empty());
        largest = largest.max(batch.len());
        ids.extend(batch.into_iter().map(|(id, _)| id));
    }
    assert!(rows.next_batch().await.unwrap().is_none());
    (ids, largest)
}

#[tokio::test]
async fn streams_of_one_snapshot_see_the_same_data_while_others_write() {
    for test in databases().await {
        let db = test.db();
        fill(db, 0, 1500, "x").await;
        let mut snapshot = db.snapshot().await.unwrap();
        fill(db, 1500, 1600, "x").await;
        let (first, largest) = ids(&mut snapshot).await;
        sql("DELETE FROM notes WHERE id < $1")
            .bind("00700")
            .rows_affected(db)
            .await
            .unwrap();
        let (second, _) = ids(&mut snapshot).await;
        assert_eq!(first.len(), 1500);
        assert_eq!(first, second);
        assert!(largest <= 512, "{largest}");
        let count = sql("SELECT count(*) FROM notes");
        assert_eq!(count.fetch_one::<i64>(&mut snapshot).await.unwrap(), 1500);
        drop(snapshot);
        let (after, _) = ids(&mut db.snapshot().await.unwrap()).await;
        assert_eq!(after.len(), 900);
    }
}

#[tokio::test]
async fn batches_of_large_rows_have_few_rows() {
    for test in databases().await {
        fill(test.db(), 0, 40, &"x".repeat(200_000)).await;
        let (ids, largest) = ids(&mut test.db().snapshot().await.unwrap()).await;
        assert_eq!(ids.len(), 40);
        assert!(largest <= 16, "{largest}");
    }
}

#[tokio::test]
async fn a_stream_may_be_left_half_read() {
    for test in databases().await {
        fill(test.db(), 0, 1000, "x").await;
        let mut snapshot = test.db().snapshot().await.unwrap();
        for _ in 0..20 {
            let query = sql("SELECT id FROM notes ORDER BY id");
            let mut rows = query.stream::<String>(&mut snapshot).await.unwrap();
            assert!(rows.next_batch().await.unwrap().is_some());
        }
        assert_eq!(ids(&mut snapshot).await.0.len(), 1000);
    }
}

#[tokio::test]
async fn a_snapshot_cannot_write() {
    for test in databases().await {
        let mut snapshot = test.db().snapshot().await.unwrap();
        let written = insert("a", 1, "A", "").rows_affected(&mut snapshot).await;
        assert_eq!(written.unwrap_err().status(), 500);
    }
}

#[tokio::test]
async fn more_snapshots_than_connections_are_refused_not_queued_for_ever() {
    for engine in underpin::testing::TestDb::engines().await {
        let adjust = |config: &mut underpin::db::DbConfig| {
            config.transactions = 1;
            config.wait_timeout = std::time::Duration::from_millis(50);
        };
        let test = underpin::testing::TestDb::with_config(engine, &super::MIGRATIONS, adjust).await;
        let first = test.db().snapshot().await.unwrap();
        assert_eq!(test.db().snapshot().await.unwrap_err().status(), 503);
        drop(first);
        test.db().snapshot().await.unwrap();
    }
}
