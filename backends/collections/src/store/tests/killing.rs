//! `kill -9` in the middle of writing: what was acknowledged is there, whole, and entries of indexes with it.

use std::{
    io::{BufRead, BufReader, Write as _},
    process::{Child, Command, Stdio},
    time::Duration,
};

use underpin::{
    Clock, Random, Tasks,
    db::{Db, DbConfig, Engine},
    testing::{EmptyDb, block_on},
};

use super::{json, load};
use crate::app::{
    MIGRATIONS,
    query::{Condition, Query, Test},
    store::{NewId, Store},
    value::Path,
};

const KILLS: usize = 8;
const AT_ONCE: usize = 16;

async fn open(address: &str) -> Store {
    let db = Db::connect(DbConfig::new(address.parse().unwrap()))
        .await
        .unwrap();
    Store::new(db, Random::system(), Tasks::new(), "id")
}

fn of_kind(kind: usize) -> Query {
    Query {
        condition: Condition::leaf(Path::lodash("kind"), Test::TextIs(kind.to_string())),
        ..Query::default()
    }
}

/// A process of its own: writes until it is killed, and says what was acknowledged.
#[test]
#[ignore = "run by the test below"]
fn a_writer_that_is_killed() {
    let mut address = String::new();
    std::io::stdin().read_line(&mut address).unwrap();
    block_on(async {
        let store = open(address.trim()).await;
        store.list("r", &of_kind(0)).await.unwrap();
        let mut writers = tokio::task::JoinSet::new();
        for kind in 0..AT_ONCE {
            let store = store.clone();
            writers.spawn(async move {
                loop {
                    let body = json(&format!(
                        r#"{{"kind":{kind},"text":"{}"}}"#,
                        "x".repeat(3000)
                    ));
                    let record = store.insert("r", body, NewId::Next).await.unwrap().unwrap();
                    let id = record
                        .text()
                        .rsplit(':')
                        .next()
                        .unwrap()
                        .trim_end_matches('}');
                    println!("acknowledged {kind} {id}");
                }
            });
        }
        while writers.join_next().await.is_some() {}
    });
}

fn start(address: &str) -> Child {
    let name = "app::store::tests::killing::a_writer_that_is_killed";
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{address}").unwrap();
    child
}

/// What it acknowledged until it was killed after so many: kinds with ids.
fn acknowledged(mut child: Child, enough: usize) -> Vec<(usize, String)> {
    let mut seen = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let Ok(line) = line else {
            break;
        };
        let Some((_, rest)) = line.split_once("acknowledged ") else {
            continue;
        };
        // The last line may be half written.
        if let Some((kind, id)) = rest.split_once(' ')
            && !id.is_empty()
        {
            seen.push((kind.parse().unwrap(), id.to_owned()));
        }
        if seen.len() == enough {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    seen
}

#[underpin::test]
async fn kills_lose_no_acknowledged_record(engine: Engine) {
    let empty = EmptyDb::new(engine).await;
    let address = empty.address();
    let db = Db::connect(DbConfig::new(address.parse().unwrap()))
        .await
        .unwrap();
    MIGRATIONS.up(&db, &Clock::system()).await.unwrap();
    let store = Store::new(db, Random::system(), Tasks::new(), "id");
    load(&store, r#"{"r":[]}"#).await.unwrap();
    let mut all = Vec::new();
    for round in 0..KILLS {
        let child = start(&address);
        let enough = 1 + 60 * (round % 3);
        let seen = tokio::task::spawn_blocking(move || acknowledged(child, enough))
            .await
            .unwrap();
        assert!(seen.len() >= enough, "the writer ended by itself");
        // The last line may be cut, the ones before are whole.
        all.extend(seen.into_iter().take(enough));
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    for (kind, id) in &all {
        let record = store.get("r", id).await.unwrap();
        let record = record.unwrap_or_else(|| panic!("{id} is lost"));
        assert!(record.text().starts_with(&format!(r#"{{"kind":{kind},"#)));
        assert!(record.json().is_ok());
    }
    let mut found = 0;
    for kind in 0..AT_ONCE {
        let listing = store.list("r", &of_kind(kind)).await.unwrap().unwrap();
        found += listing.total();
    }
    let count = store.resource("r").await.unwrap().unwrap().count;
    assert_eq!(found, count, "the index and the records agree");
    assert!(count >= all.len() as u64);
}
