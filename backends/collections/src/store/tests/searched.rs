//! A search by the index finds what a search through all records does.

use underpin::{Random, db::Engine, db::sql};

use super::{everything, json, load, object, store};
use crate::app::{
    query::{Condition, Query, Search, Test},
    store::{Dependents, NewId, Store, Write},
    value::{Json, Path},
};

const WORDS: [&str; 14] = [
    "alpha",
    "Alphabet",
    "ΣΊΣΥΦΟΣ",
    "İstanbul",
    "Straße",
    "it is \\\"quoted\\\"",
    "a\\u0000bcd",
    "日本語です",
    "x AND y",
    "alp",
    "12345.5",
    "tab\\tand\\nline",
    "\u{1F600}\u{1F601}\u{1F602}",
    "NOT*(",
];

const SEARCHES: [&str; 20] = [
    "alpha",
    "PHAB",
    "al",
    "σίσ",
    "φος",
    "i̇st",
    "rass",
    "raß",
    "\"quo",
    "a\0b",
    "bcd",
    "本語で",
    " and ",
    "345.5",
    "d\nl",
    "😁😂😀",
    "😀😁😂",
    "not*",
    "zzz",
    "tru",
];

fn record(random: &Random) -> String {
    let below = |count: usize| usize::from(random.bytes::<1>().unwrap()[0]) % count;
    let word = || WORDS[below(WORDS.len())];
    match below(4) {
        0 => format!(r#"{{"a":"{} {}","b":{}}}"#, word(), word(), below(2) == 0),
        1 => format!(
            r#"{{"a":["{}",{{"alpha":"{}"}}],"n":12345.5}}"#,
            word(),
            word()
        ),
        2 => format!(r#"{{"a":"{}"}}"#, word()),
        _ => r#"{"a":null,"n":0,"t":"none of them"}"#.to_owned(),
    }
}

async fn compare(store: &Store) {
    let all = json(&everything(store).await);
    let Some(Json::Array(records)) = all.as_object().unwrap().get("r") else {
        panic!("a list was expected");
    };
    for search in SEARCHES {
        let search = Condition::Search(Search::new(search));
        let also = Condition::leaf(Path::lodash("n"), Test::Is(12345.5.into()));
        for condition in [search.clone(), Condition::And(vec![also, search])] {
            let query = Query {
                condition,
                ..Query::default()
            };
            let met = records.iter().filter(|one| query.condition.matches(one));
            let met: Vec<String> = met.map(Json::to_string).collect();
            let found = store.list("r", &query).await.unwrap().unwrap();
            let found = found.all().await.unwrap();
            let found: Vec<_> = found.iter().map(|one| one.text().to_owned()).collect();
            assert_eq!(found, met, "{query:?}");
        }
    }
}

async fn one_write(random: &Random, store: &Store) {
    let id = u16::from_le_bytes(random.bytes::<2>().unwrap()) % 500;
    let with = object(&record(random));
    let write = match id % 3 {
        0 => Write::Insert(Json::Object(with), NewId::Next),
        1 => Write::Replace(id.to_string(), with),
        _ => Write::Delete(id.to_string()),
    };
    // Records that are not there are refused.
    let _ = store.write("r", &[write], &Dependents::Keep).await.unwrap();
}

fn data(random: &Random, count: usize) -> String {
    let records = (0..count).map(|id| {
        let fields = record(random);
        format!(r#"{{"id":{id},{}"#, &fields[1..])
    });
    format!(r#"{{"r":[{}]}}"#, records.collect::<Vec<_>>().join(","))
}

#[underpin::test]
async fn what_the_index_finds_is_what_a_scan_finds(engine: Engine) {
    let random = Random::repeatable(5);
    let (db, store) = store(engine, &data(&random, 500)).await;
    // Writes go on while the index is made.
    let query = Query {
        condition: Condition::Search(Search::new("alpha")),
        ..Query::default()
    };
    let writing = async {
        let random = Random::repeatable(6);
        for _ in 0..60 {
            one_write(&random, &store).await;
        }
    };
    let (found, ()) = tokio::join!(store.list("r", &query), writing);
    found.unwrap().unwrap();
    for _ in 0..4 {
        compare(&store).await;
        for _ in 0..25 {
            one_write(&random, &store).await;
        }
    }
    compare(&store).await;
    if engine == Engine::Sqlite {
        let entries = sql("SELECT count(*) FROM collections_search");
        let entries: i64 = entries.fetch_one(db.db()).await.unwrap();
        let count = store.count("r", &Condition::All).await.unwrap().unwrap();
        assert_eq!(entries.unsigned_abs(), count, "one entry for each record");
        load(&store, r#"{"r":[]}"#).await.unwrap();
        while store.sweep().await.unwrap() {}
        let entries = sql("SELECT count(*) FROM collections_search");
        let entries: i64 = entries.fetch_one(db.db()).await.unwrap();
        assert_eq!(entries, 0, "nothing is left of what is replaced");
    }
}

#[underpin::test]
async fn a_list_that_nobody_searches_has_no_entries(engine: Engine) {
    let random = Random::repeatable(8);
    let (db, store) = store(engine, &data(&random, 100)).await;
    for _ in 0..20 {
        one_write(&random, &store).await;
    }
    if engine == Engine::Sqlite {
        let entries = sql("SELECT count(*) FROM collections_search");
        let entries: i64 = entries.fetch_one(db.db()).await.unwrap();
        assert_eq!(entries, 0);
    }
}
