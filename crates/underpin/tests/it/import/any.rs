//! Whatever the records are: they add up, their places are right, and importing them again changes nothing.

use std::fs;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use underpin::{db::Engine, import::Outcome, testing::block_on};

use super::setup::Library;

fn any_record() -> impl Strategy<Value = Json> {
    let text = prop_oneof![
        Just(json!("")),
        Just(json!("ab")),
        Just(json!(null)),
        "[a-cA-C]{1,2}".prop_map(|text| json!(text)),
        Just(json!("x\u{0}"))
    ];
    let number = prop_oneof![
        Just(json!(0)),
        Just(json!(5)),
        Just(json!(" 7 ")),
        Just(json!(3.0)),
        Just(json!([])),
        Just(json!(-1))
    ];
    let day = prop_oneof![
        Just(json!("2024-01-05")),
        Just(json!("2024-02-30")),
        Just(json!(86400)),
        Just(json!({}))
    ];
    let record = (text.clone(), text, number, day).prop_map(|(isbn, title, pages, added)| {
        json!({ "isbn": isbn, "title": title, "pages": pages, "added": added })
    });
    prop_oneof![8 => record, 1 => Just(json!("]},\"[{ \\")), 1 => Just(json!(-17)), 1 => Just(json!([1, [2]])), 1 => Just(json!({}))]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever the records are: they add up, what is in is what was accepted, places are right, and again is nothing.
    #[test]
    fn any_file_adds_up(records in proptest::collection::vec(any_record(), 0..40)) {
        block_on(async {
            let library = Library::new(Engine::Sqlite).await;
            let source = library.document(&records);
            let mut first = library.import(&source).await;
            assert!(first.counts.add_up());
            assert_eq!(first.counts.read, records.len() as u64);
            assert_eq!(library.rows().await.len() as u64, first.counts.inserted);
            assert_ne!(first.outcome(), Outcome::Different);
            let path = library.folder.path().join("report.json");
            first.save(&path).unwrap();
            let saved: Json = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            let text = fs::read_to_string(library.folder.path().join("books.json")).unwrap();
            for finding in saved["findings"].as_array().unwrap() {
                let byte = usize::try_from(finding["byte"].as_u64().unwrap()).unwrap();
                let index = usize::try_from(finding["index"].as_u64().unwrap()).unwrap();
                let mut found = serde_json::Deserializer::from_str(&text[byte..]).into_iter::<Json>();
                assert_eq!(found.next().unwrap().unwrap(), records[index]);
            }
            let again = library.import(&source).await;
            assert_eq!(again.counts.unchanged, first.counts.inserted);
            assert_eq!((again.counts.inserted, again.counts.updated), (0, 0));
        });
    }
}
