//! Totals stay right: with many values asked for, in the middle of writes, and when a writer is given up.

use std::time::Duration;

use underpin::db::Engine;

use super::{json, object, store};
use crate::app::{
    query::{Condition, Query, Test, Window},
    store::{Dependents, NewId, Store, Write},
    value::Path,
};

const VALUES: usize = 40;

fn of(value: usize) -> Query {
    let test = Test::TextIs(format!("c{value}"));
    Query {
        condition: Condition::leaf(Path::lodash("c"), test),
        window: Window::Page { number: 1, size: 3 },
        ..Query::default()
    }
}

/// What each value is counted as, and how often it is there.
async fn compare(store: &Store) {
    let all = store.list("r", &Query::default()).await.unwrap().unwrap();
    let all = all.all().await.unwrap();
    for value in 0..VALUES {
        let query = of(value);
        let found = all.iter().map(|record| record.json().unwrap());
        let found = found.filter(|record| query.condition.matches(record));
        let listing = store.list("r", &query).await.unwrap().unwrap();
        assert_eq!(listing.total(), found.count() as u64, "c{value}");
    }
}

async fn with_values(engine: Engine) -> (underpin::testing::TestDb, Store) {
    let records = (0..400).map(|id| format!(r#"{{"id":{id},"c":"c{}"}}"#, id * id % VALUES));
    let records: Vec<_> = records.collect();
    let (db, store) = store(engine, &format!(r#"{{"r":[{}]}}"#, records.join(","))).await;
    (db, store)
}

#[underpin::test]
async fn many_values_are_counted_while_others_write(engine: Engine) {
    let (_db, store) = with_values(engine).await;
    let mut tasks = tokio::task::JoinSet::new();
    for worker in 0..3 {
        let (writer, reader) = (store.clone(), store.clone());
        tasks.spawn(async move {
            for at in 0..60 {
                let id = (worker * 100 + at).to_string();
                let with = object(&format!(r#"{{"c":"c{}"}}"#, at * 3 % VALUES));
                let write = match at % 3 {
                    0 => Write::Merge(id, with),
                    1 => Write::Insert(crate::app::value::Json::Object(with), NewId::Next),
                    _ => Write::Delete(id),
                };
                let done = writer.write("r", &[write], &Dependents::Keep).await;
                done.unwrap().unwrap();
            }
        });
        tasks.spawn(async move {
            for at in 0..100 {
                let query = of((at * 7 + worker) % VALUES);
                reader.list("r", &query).await.unwrap().unwrap();
            }
        });
    }
    tasks.join_all().await;
    compare(&store).await;
    compare(&store).await;
}

#[underpin::test]
async fn a_write_that_nobody_waits_for_is_counted(engine: Engine) {
    let (_db, store) = with_values(engine).await;
    while store.list("r", &of(1)).await.unwrap().unwrap().total() == 0 {}
    compare(&store).await;
    for at in 0_u64..200 {
        let new = Write::Insert(json(r#"{"c":"c1"}"#), NewId::Random);
        let write = [new];
        let write = store.write("r", &write, &Dependents::Keep);
        // Given up at some moment or other.
        let _ = tokio::time::timeout(Duration::from_micros(at * 20), write).await;
    }
    // What was begun is over when one more is.
    let last = Write::Insert(json(r#"{"c":"c1"}"#), NewId::Random);
    let last = store.write("r", &[last], &Dependents::Keep).await;
    last.unwrap().unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    compare(&store).await;
}
