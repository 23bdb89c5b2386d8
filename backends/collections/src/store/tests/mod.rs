//! The store on both engines: what is written is found, all or nothing, whatever happens at once.

mod abandoned;
mod counted;
mod indexed;
mod killing;
mod remembered;
mod searched;

use std::sync::Arc;

use underpin::{Random, db::Engine, testing::TestDb};

use super::*;
use crate::app::{
    MIGRATIONS,
    query::{Condition, Order, Query, Sort, SortKey, Test, Window},
    value::{Json, Path, parse},
};

fn json(text: &str) -> Json {
    parse(text).unwrap()
}

fn object(text: &str) -> crate::app::value::Object {
    json(text).as_object().unwrap().clone()
}

/// A store with this data, in its database.
async fn store(engine: Engine, data: &str) -> (TestDb, Store) {
    let db = TestDb::new(engine, &MIGRATIONS).await;
    let store = Store::new(db.db().clone(), Random::repeatable(1), Tasks::new(), "id");
    load(&store, data).await.unwrap();
    (db, store)
}

async fn load(store: &Store, data: &str) -> Result<(), LoadError> {
    let version = store.version().await.map_err(LoadError::from)?;
    let mut load = store.load().await?;
    for (name, value) in json(data).as_object().unwrap().iter() {
        match value {
            Json::Array(records) => {
                load.list(name).await?;
                for record in records {
                    load.record(record).await?;
                }
            }
            other => load.value(name, other).await?,
        }
    }
    assert!(load.finish_if(version).await?, "nobody else has written");
    Ok(())
}

/// Everything, as one JSON text.
async fn everything(store: &Store) -> String {
    let mut export = store.export().await.unwrap();
    let mut all: Vec<(String, Vec<String>, bool)> = Vec::new();
    while let Some(part) = export.next().await.unwrap() {
        match part {
            Part::List(name) => all.push((name, Vec::new(), true)),
            Part::Records(records) => {
                let texts = records.iter().map(|record| record.text().to_owned());
                all.last_mut().unwrap().1.extend(texts);
            }
            Part::Value(name, text) => all.push((name, vec![text], false)),
        }
    }
    let parts = all.into_iter().map(|(name, texts, is_list)| {
        let texts = texts.join(",");
        if is_list {
            format!("\"{name}\":[{texts}]")
        } else {
            format!("\"{name}\":{texts}")
        }
    });
    format!("{{{}}}", parts.collect::<Vec<_>>().join(","))
}

fn texts(records: &[Record]) -> Vec<&str> {
    records.iter().map(Record::text).collect()
}

const DATA: &str = r#"{"posts":[{"id":1,"title":"a"},{"id":2,"title":"b"}],"comments":[{"id":1,"postId":1},{"id":2,"postId":"1"},{"id":3,"postId":2},{"id":4,"postId":null}],"replies":[{"id":1,"commentId":1}],"profile":{"name":"x"},"answer":42,"words":["uno",null,[1]]}"#;

#[underpin::test]
async fn what_is_loaded_comes_out_again(engine: Engine) {
    let (_db, store) = store(engine, DATA).await;
    assert_eq!(everything(&store).await, DATA);
    let catalog = store.catalog().await.unwrap();
    let kinds: Vec<_> = catalog
        .0
        .iter()
        .map(|one| (one.name.as_str(), one.kind, one.count))
        .collect();
    let list = Kind::List;
    let expected = [
        ("posts", list, 2),
        ("comments", list, 4),
        ("replies", list, 1),
        ("profile", Kind::Single, 1),
        ("answer", Kind::Scalar, 1),
        ("words", list, 3),
    ];
    assert_eq!(kinds, expected);
}

#[underpin::test]
async fn a_load_replaces_all_or_nothing(engine: Engine) {
    let (_db, store) = store(engine, DATA).await;
    let twice = r#"{"posts":[{"id":1},{"id":"1"}]}"#;
    assert!(
        matches!(load(&store, twice).await, Err(LoadError::DuplicateId(list)) if list == "posts")
    );
    let mut left = store.load().await.unwrap();
    left.list("posts").await.unwrap();
    left.record(&json(r#"{"id":7}"#)).await.unwrap();
    drop(left);
    assert_eq!(everything(&store).await, DATA);
    let version = store.version().await.unwrap();
    load(&store, r#"{"posts":[{"id":9}]}"#).await.unwrap();
    while store.sweep().await.unwrap() {}
    assert_eq!(everything(&store).await, r#"{"posts":[{"id":9}]}"#);
    assert_ne!(store.version().await.unwrap(), version);
}

#[underpin::test]
async fn ids_are_found_by_their_text(engine: Engine) {
    let long = "x".repeat(5000);
    let data = format!(
        r#"{{"a":[{{"id":7}},{{"id":"é/ 1"}},{{"n":1}},{{"id":null}},{{"id":"{long}"}},{{"id":"\u0000"}}]}}"#
    );
    let (_db, store) = store(engine, &data).await;
    for (id, found) in [
        ("7", true),
        ("7.0", false),
        ("é/ 1", true),
        (&long, true),
        ("null", false),
        ("\0", true),
    ] {
        assert_eq!(store.get("a", id).await.unwrap().is_some(), found, "{id}");
    }
    let ids = ["é/ 1", "none", "7", "7"].map(str::to_owned);
    let found = store.by_ids("a", &ids).await.unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|one| one.as_ref().map(Record::text))
        .collect();
    assert_eq!(
        found,
        [
            Some(r#"{"id":"é/ 1"}"#),
            None,
            Some(r#"{"id":7}"#),
            Some(r#"{"id":7}"#)
        ]
    );
}

#[underpin::test]
async fn changes(engine: Engine) {
    let (_db, store) = store(engine, r#"{"a":[{"id":1,"x":1,"y":2},{"id":"b"}]}"#).await;
    let merged = store
        .merge("a", "1", object(r#"{"id":9,"z":3,"x":null}"#))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(merged.text(), r#"{"id":1,"x":null,"y":2,"z":3}"#);
    let replaced = store
        .replace("a", "1", object(r#"{"n":1}"#))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(replaced.text(), r#"{"n":1,"id":1}"#);
    let replaced = store
        .replace("a", "b", object(r#"{"id":"c","n":2}"#))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(replaced.text(), r#"{"id":"b","n":2}"#);
    assert_eq!(
        store.get("a", "b").await.unwrap().unwrap().text(),
        replaced.text()
    );
    let nobody = store.merge("a", "c", object("{}")).await.unwrap();
    assert_eq!(nobody, Err(Refusal::NotFound(0)));
    assert_eq!(
        store.merge("b", "c", object("{}")).await.unwrap(),
        Err(Refusal::NoList)
    );
    let deleted = store
        .delete("a", "b", &Dependents::Keep)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(deleted.text(), r#"{"id":"b","n":2}"#);
    assert_eq!(everything(&store).await, r#"{"a":[{"n":1,"id":1}]}"#);
}

#[underpin::test]
async fn new_ids_follow_v0(engine: Engine) {
    let data = r#"{"none":[],"numbers":[{"id":5},{"id":1.5}],"texts":[{"id":"7"}],"mixed":[{"id":"b"},{"id":9}],"huge":[{"id":9007199254740992}]}"#;
    let (_db, store) = store(engine, data).await;
    let add =
        async |list: &str, id: NewId| store.insert(list, json(r#"{"t":1}"#), id).await.unwrap();
    let next = async |list: &str| add(list, NewId::Next).await.unwrap().text().to_owned();
    assert_eq!(next("none").await, r#"{"t":1,"id":1}"#);
    assert_eq!(next("none").await, r#"{"t":1,"id":2}"#);
    assert_eq!(next("numbers").await, r#"{"t":1,"id":6}"#);
    assert_eq!(next("texts").await.len(), r#"{"t":1,"id":"1234567"}"#.len());
    assert_eq!(next("mixed").await.len(), r#"{"t":1,"id":"1234567"}"#.len());
    assert_eq!(add("huge", NewId::Next).await, Err(Refusal::Duplicate(0)));
    store
        .delete("none", "2", &Dependents::Keep)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        next("none").await,
        r#"{"t":1,"id":2}"#,
        "the greatest was removed"
    );
    let own = store
        .insert("none", json(r#"{"id":"2"}"#), NewId::Own)
        .await
        .unwrap();
    assert_eq!(own, Err(Refusal::Duplicate(0)));
    let text = add("texts", NewId::NextText).await.unwrap();
    assert_eq!(text.text(), r#"{"t":1,"id":"8"}"#);
    let random = store
        .insert("none", json(r#"{"id":"2","x":1}"#), NewId::Random)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(random.text().len(), r#"{"id":"12345678901","x":1}"#.len());
    let array = store
        .insert("none", json("[1]"), NewId::Own)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(array.text(), "[1]");
}

#[underpin::test]
async fn numbers_are_given_once_however_many_ask(engine: Engine) {
    let (_db, store) = store(engine, r#"{"a":[]}"#).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let store = store.clone();
        tasks.spawn(async move {
            let record = store
                .insert("a", json("{}"), NewId::Next)
                .await
                .unwrap()
                .unwrap();
            record.text().to_owned()
        });
    }
    let mut given = tasks.join_all().await;
    given.sort_by_key(String::len);
    given.sort_by_key(|text| text[6..text.len() - 1].parse::<u64>().unwrap());
    let expected: Vec<_> = (1..=40).map(|id| format!(r#"{{"id":{id}}}"#)).collect();
    assert_eq!(given, expected);
    assert_eq!(store.resource("a").await.unwrap().unwrap().count, 40);
}

#[underpin::test]
async fn merges_at_once_are_all_kept(engine: Engine) {
    let (_db, store) = store(engine, r#"{"a":[{"id":1}],"one":{}}"#).await;
    let mut tasks = tokio::task::JoinSet::new();
    for at in 0..16 {
        let store = store.clone();
        tasks.spawn(async move {
            let with = object(&format!(r#"{{"k{at}":{at}}}"#));
            store.merge("a", "1", with.clone()).await.unwrap().unwrap();
            store.merge_value("one", &with).await.unwrap().unwrap();
        });
    }
    tasks.join_all().await;
    let record = store.get("a", "1").await.unwrap().unwrap();
    assert_eq!(
        record.json().unwrap().as_object().unwrap().iter().count(),
        17
    );
    let one = json(&store.value("one").await.unwrap().unwrap());
    assert_eq!(one.as_object().unwrap().iter().count(), 16);
}

#[underpin::test]
async fn several_changes_are_one(engine: Engine) {
    let (_db, store) = store(engine, r#"{"a":[{"id":1},{"id":2}]}"#).await;
    let good = [
        Write::Insert(json("{}"), NewId::Next),
        Write::Merge("1".into(), object(r#"{"x":1}"#)),
        Write::Delete("2".into()),
        Write::Insert(json(r#"{"id":"k"}"#), NewId::Own),
    ];
    let written = store
        .write("a", &good, &Dependents::Keep)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        texts(&written),
        [
            r#"{"id":3}"#,
            r#"{"id":1,"x":1}"#,
            r#"{"id":2}"#,
            r#"{"id":"k"}"#
        ]
    );
    let before = everything(&store).await;
    assert_eq!(before, r#"{"a":[{"id":1,"x":1},{"id":3},{"id":"k"}]}"#);
    let found = store.get("a", "3").await.unwrap().unwrap();
    assert_eq!(found.number, written[0].number);
    let bad: [(&[Write], Refusal); 3] = [
        (
            &[Write::Delete("1".into()), Write::Delete("2".into())],
            Refusal::NotFound(1),
        ),
        (
            &[Write::Delete("1".into()), Write::Delete("1".into())],
            Refusal::Repeated(1),
        ),
        (
            &[
                Write::Delete("1".into()),
                Write::Insert(json(r#"{"id":3}"#), NewId::Own),
            ],
            Refusal::Duplicate(1),
        ),
    ];
    for (writes, refusal) in bad {
        let outcome = store.write("a", writes, &Dependents::Keep).await.unwrap();
        assert_eq!(outcome, Err(refusal));
        assert_eq!(everything(&store).await, before);
    }
}

#[underpin::test]
async fn memory_that_is_not_given_back_is_no_fault(engine: Engine) {
    let (db, store) = store(engine, "{}").await;
    db.db().close().await;
    assert!(store.version().await.is_err());
    let () = store.release_memory().await;
}

fn by_post() -> dependents::Keys {
    Arc::new(|name| vec![format!("{}Id", name.trim_end_matches('s'))])
}

#[underpin::test]
async fn dependents_go_with_what_they_refer_to(engine: Engine) {
    let data = r#"{"posts":[{"id":1},{"id":2}],"comments":[{"id":1,"postId":1},{"id":2,"postId":"1"},{"id":3,"postId":2}],"notes":[{"id":1,"commentId":"2"},{"id":2,"commentId":3}]}"#;
    let (_db, store) = store(engine, data).await;
    store
        .delete("posts", "1", &Dependents::Remove(by_post()))
        .await
        .unwrap()
        .unwrap();
    let left = r#"{"posts":[{"id":2}],"comments":[{"id":3,"postId":2}],"notes":[{"id":1,"commentId":"2"},{"id":2,"commentId":3}]}"#;
    assert_eq!(everything(&store).await, left);
}

#[underpin::test]
async fn references_are_cleared_where_they_are_the_same(engine: Engine) {
    let data = r#"{"posts":[{"id":"1"}],"comments":[{"id":"1","postId":"1"},{"id":"2","postId":1}],"likes":[{"id":"1","postId":"1"},{"id":"2","postId":null}]}"#;
    let (_db, store) = store(engine, data).await;
    let dependents = Dependents::Clear {
        keys: by_post(),
        remove_in: vec!["likes".into()],
        also_null: false,
    };
    store
        .delete("posts", "1", &dependents)
        .await
        .unwrap()
        .unwrap();
    let left = r#"{"posts":[],"comments":[{"id":"1","postId":null},{"id":"2","postId":1}],"likes":[{"id":"2","postId":null}]}"#;
    assert_eq!(everything(&store).await, left);
}

#[underpin::test]
async fn children_are_of_the_same_type(engine: Engine) {
    let (_db, store) = store(engine, DATA).await;
    let parents = [Json::Number(1.0), "1".into(), Json::Number(9.0)];
    let children = store
        .children("comments", &Path::key("postId"), &parents)
        .await
        .unwrap();
    let children: Vec<_> = children.iter().map(|some| texts(some)).collect();
    assert_eq!(
        children,
        [
            vec![r#"{"id":1,"postId":1}"#],
            vec![r#"{"id":2,"postId":"1"}"#],
            vec![]
        ]
    );
}

#[underpin::test]
async fn values_that_are_no_lists(engine: Engine) {
    let (_db, store) = store(engine, DATA).await;
    assert_eq!(
        store.value("profile").await.unwrap().unwrap(),
        r#"{"name":"x"}"#
    );
    assert_eq!(store.value("posts").await.unwrap(), None);
    assert!(
        store
            .set_value("answer", &json(r#"{"a":1}"#))
            .await
            .unwrap()
    );
    assert_eq!(
        store.resource("answer").await.unwrap().unwrap().kind,
        Kind::Single
    );
    assert!(!store.set_value("posts", &Json::Null).await.unwrap());
    let merged = store
        .merge_value("profile", &object(r#"{"b":2}"#))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(merged.to_string(), r#"{"name":"x","b":2}"#);
}

fn many(count: usize) -> String {
    let record = |at: usize| {
        let (group, text) = (at % 7, at * 7919 % count);
        format!(
            r#"{{"id":{at},"group":{group},"text":"t{text:05}","odd":{}}}"#,
            at % 2 == 1
        )
    };
    let records: Vec<_> = (0..count).map(record).collect();
    format!(r#"{{"many":[{}]}}"#, records.join(","))
}

#[underpin::test]
async fn long_lists_are_filtered_sorted_and_cut(engine: Engine) {
    let (_db, store) = store(engine, &many(3000)).await;
    let query = Query {
        condition: Condition::leaf(Path::lodash("group"), Test::TextIs("3".into())),
        sort: Some(Sort {
            order: Order::CodeUnits,
            keys: vec![SortKey {
                path: Path::lodash("text"),
                descending: true,
            }],
        }),
        window: Window::Page { number: 2, size: 5 },
    };
    let listing = store.list("many", &query).await.unwrap().unwrap();
    assert_eq!((listing.total(), listing.len()), (429, 5));
    let mut expected: Vec<(usize, usize)> = (0..3000)
        .filter(|at| at % 7 == 3)
        .map(|at| (at * 7919 % 3000, at))
        .collect();
    expected.sort_by(|left, right| right.cmp(left));
    let ids: Vec<_> = expected
        .iter()
        .skip(5)
        .take(5)
        .map(|(_, at)| format!("{{\"id\":{at},"))
        .collect();
    let records = listing.all().await.unwrap();
    for (record, id) in records.iter().zip(ids) {
        assert!(
            record.text().starts_with(&id),
            "{} is not {id}",
            record.text()
        );
    }
    let mut whole = store
        .list("many", &Query::default())
        .await
        .unwrap()
        .unwrap();
    for _ in 0..2 {
        let mut count = 0;
        while let Some(batch) = whole.next().await.unwrap() {
            count += batch.len();
        }
        assert_eq!((count, whole.total()), (3000, 3000));
        whole.rewind();
    }
}
