//! Writes that were acknowledged survive `kill -9` of the program.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use futures_util::future::join_all;
use underpin::db::{Db, DbConfig, DbUrl, sql};

use super::{databases, insert};
use crate::testing::address;

/// Names the database to the process that is going to be killed.
const VARIABLE: &str = "UNDERPIN_TEST_KILLED_AT";

/// Not a test by itself: the process that is going to be killed. It writes and says what was acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::disallowed_methods, reason = "the parent names the database")]
async fn writer_to_be_killed() {
    let Ok(url) = env::var(VARIABLE) else {
        return;
    };
    let db = Db::connect(DbConfig::new(url.parse().unwrap()))
        .await
        .unwrap();
    let tasks = (0..16).map(|task| {
        let db = db.clone();
        async move {
            for number in 0.. {
                let id = format!("{}-{task}-{number}", std::process::id());
                insert(&id, 1, "A", "text")
                    .rows_affected(&db)
                    .await
                    .unwrap();
                writeln!(std::io::stdout(), "acknowledged {id}").unwrap();
            }
        }
    });
    join_all(tasks).await;
}

fn killed_after(acknowledged: usize, url: &DbUrl) -> Vec<String> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "db::tests::durability::writer_to_be_killed",
            "--nocapture",
        ])
        .env(VARIABLE, address(url))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ids = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let Ok(line) = line else { break };
        if let Some((_, id)) = line.split_once("acknowledged ") {
            ids.push(id.to_owned());
        }
        if ids.len() == acknowledged {
            child.kill().unwrap(); // What it still said before it died is read to the end.
        }
    }
    child.wait().unwrap();
    ids
}

#[tokio::test]
async fn what_was_acknowledged_survives_kill_9() {
    for test in databases().await {
        for round in 1..=3 {
            sql("DELETE FROM notes")
                .rows_affected(test.db())
                .await
                .unwrap();
            let acknowledged = killed_after(200 * round, test.url());
            assert!(acknowledged.len() >= 200 * round);
            let kept: Vec<String> = sql("SELECT id FROM notes")
                .fetch_all(test.db())
                .await
                .unwrap();
            let kept: std::collections::HashSet<_> = kept.into_iter().collect();
            let lost = acknowledged.iter().filter(|id| !kept.contains(*id)).count();
            assert_eq!(lost, 0, "of {}", acknowledged.len());
        }
    }
}
