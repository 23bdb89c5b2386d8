//! What only PostgreSQL has: shared connections, and statements that are kept off them.

use std::{collections::HashSet, time::Duration};

use futures_util::future::join_all;
use underpin::{
    db::{DbConfig, DbErrorKind, Engine, sql},
    testing::TestDb,
};

use super::MIGRATIONS;

async fn database(adjust: impl FnOnce(&mut DbConfig)) -> Option<TestDb> {
    if !TestDb::available(Engine::Postgres).await {
        return None;
    }
    Some(TestDb::with_config(Engine::Postgres, &MIGRATIONS, adjust).await)
}

#[tokio::test]
async fn a_statement_that_was_slow_leaves_the_shared_connections() {
    let Some(test) = database(|config| config.readers = 1).await else {
        return;
    };
    let quick = || sql("SELECT pg_backend_pid()").fetch_one::<i32>(test.db());
    let slow = || async {
        let slow = sql("SELECT pg_sleep(0.1)::text, pg_backend_pid()");
        slow.fetch_one::<(String, i32)>(test.db()).await.unwrap().1
    };
    let shared = quick().await.unwrap();
    assert_eq!(slow().await, shared);
    assert_ne!(slow().await, shared);
    assert_eq!(quick().await.unwrap(), shared);
}

#[tokio::test]
async fn reads_at_once_share_a_few_connections() {
    let Some(test) = database(|config| config.readers = 2).await else {
        return;
    };
    let reads = (0..50).map(|_| sql("SELECT pg_backend_pid()").fetch_one::<i32>(test.db()));
    let processes = join_all(reads)
        .await
        .into_iter()
        .collect::<Result<HashSet<_>, _>>();
    assert_eq!(processes.unwrap().len(), 2);
}

#[tokio::test]
async fn a_statement_that_runs_too_long_is_ended_by_the_server() {
    let adjust = |config: &mut DbConfig| config.statement_timeout = Duration::from_millis(50);
    let Some(test) = database(adjust).await else {
        return;
    };
    let error = sql("SELECT pg_sleep(600)::text")
        .fetch_one::<String>(test.db())
        .await;
    let error = error.unwrap_err();
    assert_eq!(error.status(), 503);
    assert_eq!(error.database_kind(), Some(DbErrorKind::Timeout));
    test.db().ping().await.unwrap();
}
