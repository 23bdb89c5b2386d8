//! PostgreSQL stopped and started while calls run: clear errors meanwhile, then everything works again.

use std::time::Duration;

use underpin::{
    Clock, Error,
    db::{Db, DbConfig, DbErrorKind, sql},
    testing::{Cluster, free_port},
};

use super::{MIGRATIONS, count, insert};

fn assert_unavailable(error: &Error) {
    assert_eq!(error.status(), 503, "{error:?}");
    assert_eq!(
        error.database_kind(),
        Some(DbErrorKind::Unavailable),
        "{error:?}"
    );
}

async fn migrated(cluster: &Cluster) -> Db {
    let db = Db::connect(DbConfig::new(cluster.address().parse().unwrap()))
        .await
        .unwrap();
    MIGRATIONS.up(&db, &Clock::system()).await.unwrap();
    db
}

async fn in_a_transaction(db: &Db, id: &str) -> underpin::Result<()> {
    let mut transaction = db.begin().await?;
    insert(id, 1, "A", "")
        .rows_affected(&mut transaction)
        .await?;
    transaction.commit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_went_and_came_back_is_used_again() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let db = migrated(&cluster).await;
    for round in 0..3 {
        insert(&format!("{round}-before"), 1, "A", "")
            .rows_affected(&db)
            .await
            .unwrap();
        in_a_transaction(&db, &format!("{round}-within"))
            .await
            .unwrap();
        let mut open = db.begin().await.unwrap();
        let sleep = sql("UPDATE users SET username = pg_sleep(60)::text");
        let stop = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            tokio::task::block_in_place(|| cluster.stop());
        };
        let (slept, ()) = tokio::join!(sleep.rows_affected(&db), stop);
        assert_unavailable(&slept.unwrap_err());
        for _ in 0..20 {
            assert_unavailable(&db.ping().await.unwrap_err());
            let write = insert("never", 1, "A", "").rows_affected(&db).await;
            assert_unavailable(&write.unwrap_err());
            assert_unavailable(&in_a_transaction(&db, "never").await.unwrap_err());
        }
        let within = insert("never", 1, "A", "").rows_affected(&mut open).await;
        assert_unavailable(&within.unwrap_err());
        tokio::task::block_in_place(|| cluster.start());
        let patience = tokio::time::timeout(Duration::from_mins(1), async {
            while db.ping().await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        patience.await.unwrap();
        insert(&format!("{round}-after"), 1, "A", "")
            .rows_affected(&db)
            .await
            .unwrap();
        in_a_transaction(&db, &format!("{round}-again"))
            .await
            .unwrap();
        assert_eq!(count(&db).await, (round + 1) * 4);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_between_two_calls_is_not_noticed_by_reads_and_transactions() {
    let Some(cluster) = Cluster::new() else {
        return;
    };
    let db = migrated(&cluster).await;
    in_a_transaction(&db, "before").await.unwrap();
    db.ping().await.unwrap();
    tokio::task::block_in_place(|| {
        cluster.stop();
        cluster.start();
    });
    db.ping().await.unwrap();
    in_a_transaction(&db, "after").await.unwrap();
    assert_eq!(count(&db).await, 2);
}

#[tokio::test]
async fn a_server_that_is_not_there_stops_the_start_with_one_clear_message() {
    let port = free_port();
    let url = format!("postgresql://ann:hunter2@127.0.0.1:{port}/notes");
    let error = Db::connect(DbConfig::new(url.parse().unwrap()))
        .await
        .unwrap_err();
    let text = error.to_string();
    assert_eq!(error.complaints().len(), 1);
    assert!(
        text.contains(&format!("ann:***@127.0.0.1:{port}/notes")),
        "{text}"
    );
    assert!(!text.contains("hunter2"), "{text}");
}
