//! Files that cannot be served: told in the original's words, exit code 1, and an existing database untouched.

use std::fs;

use serde_json::json;
use underpin::db::Engine;

use crate::setup::{exported, file, serving, serving_on};

const GOOD: &str = r#"{ "posts": [{ "id": "1" }] }"#;

#[underpin::test]
async fn nothing_starts_on_a_bad_file_and_the_data_stay(engine: Engine) {
    let (_db, program) = serving_on(engine, GOOD).await;
    drop(
        program
            .serve_with(&["db.json", "--dialect", "v0"], "")
            .await,
    );
    let deep = format!("{{\"a\":[{}{}]}}", "[".repeat(1000), "]".repeat(1000));
    for (text, told) in [
        ("not JSON", "Malformed JSON in file: db.json"),
        (r#"{ "posts": ["#, "Malformed JSON in file: db.json"),
        ("[]", "Data must be an object. Found array."),
        (r#"{ "n": 5 }"#, "Type of \"n\" (number)  is not supported."),
        (
            r#"{ "a/b": [] }"#,
            "found / character in database property 'a/b'",
        ),
        (
            r#"{ "a": [{ "id": 1 }, { "id": 1 }] }"#,
            "\"a\" has two records with id 1",
        ),
        (
            &deep,
            "is nested more than 127 levels deep at line 1 column",
        ),
    ] {
        fs::write(file(&program), text).unwrap();
        let finished = program
            .run(&["serve", "db.json", "--dialect", "v0"], "")
            .await;
        assert_eq!(finished.code, Some(1), "{told}");
        assert!(
            finished.errors.contains(told),
            "{told} is not in\n{}",
            finished.errors
        );
        assert!(!finished.errors.contains("panicked"), "{}", finished.errors);
        assert_eq!(
            exported(&program, "v0").await,
            json!({ "posts": [{ "id": "1" }] }),
            "{told}"
        );
    }
}

#[tokio::test]
async fn ids_of_mixed_types_are_refused_at_first_and_texts_in_v1() {
    let program = serving(r#"{ "a": [{ "id": 1 }, { "id": "x" }] }"#);
    let finished = program.run(&["db.json", "--dialect", "v0"], "").await;
    assert_eq!(finished.code, Some(1));
    assert!(
        finished.errors.contains("\"a\" has ids of mixed types"),
        "{}",
        finished.errors
    );
    drop(program.serve_with(&["db.json"], "").await);
    assert_eq!(
        exported(&program, "v1").await,
        json!({ "a": [{ "id": "1" }, { "id": "x" }] })
    );
}

#[tokio::test]
async fn one_record_of_two_hundred_megabytes_is_no_record() {
    let program = serving("{}");
    let big = format!(
        r#"{{ "a": [{{ "id": 1, "t": "{}" }}] }}"#,
        "x".repeat(200_000_000)
    );
    fs::write(file(&program), big).unwrap();
    let finished = program.run(&["db.json"], "").await;
    assert_eq!(finished.code, Some(1));
    assert!(
        finished
            .errors
            .contains("has a single record of more than 64 MB"),
        "{}",
        finished.errors
    );
}

#[tokio::test]
async fn a_missing_file_ends_v1_and_becomes_a_sample_in_v0() {
    let program = serving("{}");
    fs::remove_file(file(&program)).unwrap();
    let finished = program.run(&["db.json"], "").await;
    assert_eq!(finished.code, Some(1));
    assert!(
        finished.errors.contains("File db.json not found"),
        "{}",
        finished.errors
    );
    assert!(!file(&program).exists());
    drop(
        program
            .serve_with(&["db.json", "--dialect", "v0"], "")
            .await,
    );
    assert!(
        fs::read_to_string(file(&program))
            .unwrap()
            .contains("\"posts\"")
    );
}

#[tokio::test]
async fn a_json5_file_that_cannot_be_served_ends_the_start() {
    let program = serving("{}");
    for (text, told) in [
        ("{ posts: [", "Malformed JSON in file: db.json5"),
        ("[1]", "Data must be an object. Found array."),
        ("'x'", "Data must be an object. Found string."),
    ] {
        fs::write(program.directory().join("db.json5"), text).unwrap();
        let finished = program.run(&["db.json5"], "").await;
        assert_eq!(finished.code, Some(1), "{told}");
        assert!(finished.errors.contains(told), "{}", finished.errors);
    }
}
