//! What only SQLite has: one writer with a group commit, reads in place, a bounded queue.

use std::{path::Path, time::Duration};

use futures_util::future::join_all;
use underpin::{
    db::{DbConfig, DbErrorKind, DbUrl, Engine, sql},
    testing::TestDb,
};

use super::{MIGRATIONS, count, insert};

async fn database(adjust: impl FnOnce(&mut DbConfig)) -> TestDb {
    TestDb::with_config(Engine::Sqlite, &MIGRATIONS, adjust).await
}

/// Commits in the write-ahead log: frames that name the database's size after them
/// (sqlite.org/fileformat2.html, section 4.1).
fn commits(path: &Path) -> usize {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let log = std::fs::read(log).unwrap();
    let word = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
    let frame = 24 + word(8) as usize;
    let frames = (32..log.len()).step_by(frame);
    frames.filter(|at| word(at + 4) > 0).count()
}

#[tokio::test]
async fn writes_that_wait_share_one_commit_and_fail_alone() {
    let test = database(|_| {}).await;
    let DbUrl::Sqlite(path) = test.url() else {
        panic!("not a file");
    };
    // While the writer is lent out, writes queue up.
    let mut transaction = test.db().begin().await.unwrap();
    insert("first", 1, "A", "")
        .rows_affected(&mut transaction)
        .await
        .unwrap();
    let writes = join_all((0..64).map(|number| {
        let db = test.db().clone();
        let id = (number / 2).to_string(); // Each id twice.
        async move { insert(&id, 1, "A", "").rows_affected(&db).await }
    }));
    let release = async {
        tokio::task::yield_now().await;
        transaction.commit().await.unwrap();
        commits(path)
    };
    let (writes, before) = tokio::join!(writes, release);
    let (kept, refused): (Vec<_>, Vec<_>) = writes.into_iter().partition(Result::is_ok);
    assert_eq!((kept.len(), refused.len()), (32, 32));
    assert!(
        refused
            .into_iter()
            .all(|refused| refused.unwrap_err().violates_unique())
    );
    assert_eq!(count(test.db()).await, 33);
    let shared = commits(path) - before;
    assert!(shared <= 2, "64 writes took {shared} commits");
}

#[tokio::test]
async fn a_full_queue_refuses_with_503_and_empties_again() {
    let test = database(|config| config.write_queue = 2).await;
    let transaction = test.db().begin().await.unwrap();
    let writes = (0..4).map(|number| {
        let db = test.db().clone();
        async move {
            insert(&number.to_string(), 1, "A", "")
                .rows_affected(&db)
                .await
        }
    });
    let release = async {
        tokio::task::yield_now().await;
        transaction.commit().await.unwrap();
    };
    let (writes, ()) = tokio::join!(join_all(writes), release);
    let refused: Vec<_> = writes.into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.len(), 2);
    for error in refused {
        assert_eq!(error.status(), 503);
        assert!(
            error
                .headers()
                .iter()
                .any(|(name, _)| name == "retry-after")
        );
    }
    insert("later", 1, "A", "")
        .rows_affected(test.db())
        .await
        .unwrap();
}

const COUNTING: &str =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
     SELECT count(*) FROM n";

#[tokio::test]
async fn a_slow_read_is_finished_off_the_async_workers() {
    let test = database(|_| {}).await;
    for _ in 0..3 {
        let counted: i64 = sql(COUNTING)
            .bind(1_000_000)
            .fetch_one(test.db())
            .await
            .unwrap();
        assert_eq!(counted, 1_000_000);
    }
    let quick: i64 = sql(COUNTING).bind(10).fetch_one(test.db()).await.unwrap();
    assert_eq!(quick, 10);
}

#[tokio::test]
async fn slow_reads_leave_connections_to_quick_ones() {
    let test = database(|config| config.wait_timeout = Duration::from_mins(1)).await;
    let slow = join_all((0..8).map(|_| {
        let db = test.db().clone();
        async move { sql(COUNTING).bind(500_000).fetch_one::<i64>(&db).await }
    }));
    let mut slow = std::pin::pin!(slow);
    // The slow ones are under way.
    let first = tokio::time::timeout(Duration::from_millis(30), slow.as_mut()).await;
    test.db().ping().await.unwrap();
    let all = match first {
        Ok(all) => all,
        Err(_) => slow.await,
    };
    assert!(all.into_iter().all(|counted| counted.unwrap() == 500_000));
}

#[tokio::test]
async fn a_statement_that_runs_too_long_is_interrupted() {
    let test = database(|config| config.statement_timeout = Duration::from_millis(30)).await;
    let endless = || sql(COUNTING).bind(i64::MAX);
    let error = endless().fetch_one::<i64>(test.db()).await.unwrap_err();
    assert_eq!(error.database_kind(), Some(DbErrorKind::Timeout));
    let write = sql(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
         UPDATE users SET username = (SELECT count(*) FROM n) WHERE id = 1",
    );
    let error = write
        .bind(i64::MAX)
        .rows_affected(test.db())
        .await
        .unwrap_err();
    assert_eq!(error.database_kind(), Some(DbErrorKind::Timeout));
    insert("a", 1, "A", "")
        .rows_affected(test.db())
        .await
        .unwrap();
}

/// Decodes badly on purpose.
struct Panics;

impl underpin::db::FromValue for Panics {
    fn from_value(_: underpin::db::Column<'_>) -> Result<Self, underpin::db::Mismatch> {
        panic!("a fault of the program")
    }
}

#[tokio::test]
async fn a_panic_in_a_write_does_not_take_the_writer_with_it() {
    let test = database(|_| {}).await;
    let update = sql("UPDATE users SET username = 'x' WHERE id = 1 RETURNING id");
    let error = update
        .fetch_all::<Panics>(test.db())
        .await
        .map(drop)
        .unwrap_err();
    assert_eq!(error.status(), 500);
    insert("a", 1, "A", "")
        .rows_affected(test.db())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_database_stops_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notes.db");
    std::fs::write(
        &path,
        "this is not a database, and long enough to be looked at".repeat(40),
    )
    .unwrap();
    let opened = underpin::db::Db::connect(DbConfig::new(DbUrl::Sqlite(path.clone()))).await;
    let complaint = opened.unwrap_err().to_string();
    assert!(complaint.contains("notes.db"), "{complaint}");
    let inside_a_file = DbUrl::Sqlite(path.join("notes.db"));
    assert!(
        underpin::db::Db::connect(DbConfig::new(inside_a_file))
            .await
            .is_err()
    );
}
