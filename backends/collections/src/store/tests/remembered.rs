//! What is remembered of lists does not outlive them.

use underpin::db::Engine;

use super::{Condition, DATA, NewId, Path, Query, Record, Test, everything, json, load, store};

#[underpin::test]
async fn a_load_ends_what_was_remembered_of_a_list(engine: Engine) {
    let (_db, store) = store(engine, DATA).await;
    let text = async |id: &str| {
        let found = store.get("posts", id).await.unwrap();
        found.map(|record: Record| record.text().to_owned())
    };
    let add = async |record: &str| {
        let added = store.insert("posts", json(record), NewId::Own).await;
        added.unwrap().is_ok()
    };
    assert_eq!(text("2").await.as_deref(), Some(r#"{"id":2,"title":"b"}"#));
    assert!(add(r#"{"id":3}"#).await);
    load(&store, r#"{"posts":[{"id":2,"title":"new"}]}"#)
        .await
        .unwrap();
    let new = Some(r#"{"id":2,"title":"new"}"#);
    assert_eq!(text("2").await.as_deref(), new);
    assert_eq!(text("3").await, None);
    assert!(add(r#"{"id":3}"#).await);
    while store.sweep().await.unwrap() {}
    assert_eq!(text("2").await.as_deref(), new);
    let all = r#"{"posts":[{"id":2,"title":"new"},{"id":3}]}"#;
    assert_eq!(everything(&store).await, all);
    load(&store, r#"{"posts":{"id":2}}"#).await.unwrap();
    assert_eq!(text("2").await, None);
    assert!(!add(r#"{"id":4}"#).await, "it is no list any more");
}

#[underpin::test]
async fn a_new_index_leaves_out_no_number(engine: Engine) {
    let many: Vec<_> = (1..=1000)
        .map(|id| format!("{{\"id\":{id},\"n\":{}}}", id % 9))
        .collect();
    let (_db, store) = store(engine, &format!("{{\"posts\":[{}]}}", many.join(","))).await;
    let next = async || {
        let added = store.insert("posts", json("{}"), NewId::Next).await;
        added.unwrap().unwrap().text().to_owned()
    };
    assert_eq!(next().await, r#"{"id":1001}"#);
    let query = Query {
        condition: Condition::leaf(Path::key("n"), Test::Is(json("3"))),
        ..Query::default()
    };
    assert!(store.list("posts", &query).await.unwrap().is_some());
    assert_eq!(next().await, r#"{"id":1002}"#);
}
