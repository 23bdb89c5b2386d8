//! All or none: what a transaction keeps, and what becomes of one that fails, ends or is dropped.

use std::time::Duration;

use underpin::{
    db::{DbErrorKind, sql},
    testing::TestDb,
};

use super::{MIGRATIONS, count, databases, insert};

#[tokio::test]
async fn a_committed_transaction_lasts_and_sees_its_own_writes() {
    for test in databases().await {
        let db = test.db();
        let mut transaction = db.begin().await.unwrap();
        insert("a", 1, "A", "")
            .rows_affected(&mut transaction)
            .await
            .unwrap();
        let seen = sql("SELECT count(*) FROM notes");
        assert_eq!(seen.fetch_one::<i64>(&mut transaction).await.unwrap(), 1);
        assert_eq!(count(db).await, 0);
        transaction.commit().await.unwrap();
        assert_eq!(count(db).await, 1);
    }
}

#[tokio::test]
async fn a_dropped_transaction_has_not_happened() {
    for test in databases().await {
        let db = test.db();
        let mut transaction = db.begin().await.unwrap();
        insert("a", 1, "A", "")
            .rows_affected(&mut transaction)
            .await
            .unwrap();
        drop(transaction);
        // On PostgreSQL, the next transaction is on the same connection, behind the rollback.
        let mut next = db.begin().await.unwrap();
        insert("a", 1, "A", "")
            .rows_affected(&mut next)
            .await
            .unwrap();
        next.commit().await.unwrap();
        assert_eq!(count(db).await, 1);
    }
}

#[tokio::test]
async fn after_a_failed_statement_only_the_rollback_is_left() {
    for test in databases().await {
        let db = test.db();
        let mut transaction = db.begin().await.unwrap();
        insert("a", 1, "A", "")
            .rows_affected(&mut transaction)
            .await
            .unwrap();
        let twice = insert("a", 1, "A", "")
            .rows_affected(&mut transaction)
            .await;
        assert!(twice.unwrap_err().violates_unique());
        let after = insert("b", 1, "B", "")
            .rows_affected(&mut transaction)
            .await;
        assert_eq!(after.unwrap_err().status(), 500);
        assert_eq!(transaction.commit().await.unwrap_err().status(), 500);
        assert_eq!(count(db).await, 0);
    }
}

#[tokio::test]
async fn statements_run_together_are_all_kept_or_none() {
    for test in databases().await {
        let db = test.db();
        let both = vec![insert("a", 1, "A", ""), insert("b", 1, "B", "")];
        assert_eq!(db.run_together(both).await.unwrap(), [1, 1]);
        let clash = vec![insert("c", 1, "C", ""), insert("a", 1, "A", "")];
        let (clash, beside) = tokio::join!(
            db.run_together(clash),
            insert("d", 1, "D", "").rows_affected(db)
        );
        assert!(clash.unwrap_err().violates_unique());
        assert_eq!(beside.unwrap(), 1);
        assert_eq!(count(db).await, 3);
    }
}

#[tokio::test]
async fn a_sqlite_transaction_that_holds_the_writer_too_long_is_rolled_back() {
    let test = TestDb::with_config(underpin::db::Engine::Sqlite, &MIGRATIONS, |config| {
        config.transaction_timeout = Duration::from_millis(20);
    })
    .await;
    let mut transaction = test.db().begin().await.unwrap();
    insert("a", 1, "A", "")
        .rows_affected(&mut transaction)
        .await
        .unwrap();
    // Waits for the writer, which comes free when time is up.
    insert("b", 1, "B", "")
        .rows_affected(test.db())
        .await
        .unwrap();
    let error = transaction.commit().await.unwrap_err();
    assert_eq!(error.database_kind(), Some(DbErrorKind::Timeout));
    assert_eq!(count(test.db()).await, 1);
}

#[tokio::test]
async fn more_transactions_than_connections_take_turns() {
    for engine in TestDb::engines().await {
        let adjust = |config: &mut underpin::db::DbConfig| config.transactions = 2;
        let test = TestDb::with_config(engine, &MIGRATIONS, adjust).await;
        let tasks = (0..20).map(|number| {
            let db = test.db().clone();
            async move {
                let mut transaction = db.begin().await.unwrap();
                let note = insert(&number.to_string(), 1, "A", "");
                note.rows_affected(&mut transaction).await.unwrap();
                transaction.commit().await.unwrap();
            }
        });
        futures_util::future::join_all(tasks).await;
        assert_eq!(count(test.db()).await, 20);
    }
}
