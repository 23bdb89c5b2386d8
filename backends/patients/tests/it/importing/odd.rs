//! Records that the contract's file does not have: each thing wrong with them has a name, and nothing is repeated.

use std::fs;

use serde_json::{Value, json};
use underpin::{db::Engine, testing::EmptyDb};

use super::{connect, read, rows};
use crate::setup::{patient, patients};

/// A good patient but for this field.
fn but(field: &str, value: Value) -> String {
    let mut of = patient("P1");
    of["id"] = json!(1);
    of[field] = value;
    of.to_string()
}

/// What is wrong, as JSON, and what it is called.
fn odd() -> Vec<(Vec<u8>, &'static str, &'static str)> {
    let number = |text: &str| {
        but("age", json!("AGE"))
            .replace("\"AGE\"", text)
            .into_bytes()
    };
    let mut latin = but("name", json!("Moss")).into_bytes();
    let at = latin.windows(4).position(|word| word == b"Moss").unwrap();
    latin[at] = 0xe9;
    let texts = [
        (
            "true".to_owned(),
            "nested_junk",
            "record is a number or a boolean",
        ),
        (
            "17".to_owned(),
            "nested_junk",
            "record is a number or a boolean",
        ),
        (but("patientID", json!(5)), "not_a_text", "patientID"),
        (but("name", json!(true)), "not_a_text", "name"),
        (but("gender", json!(7)), "unknown_gender", "other"),
        (but("age", json!(true)), "age_as_boolean", ""),
        (
            but("age", json!({ "years": 7 })),
            "nested_junk",
            "age is an object",
        ),
        (
            but("lastVisit", json!(86400)),
            "odd_but_valid_date",
            "a number",
        ),
        (but("lastVisit", json!(true)), "bad_date", "no text"),
        (but("lastVisit", json!(1.5)), "bad_date", "no text"),
    ];
    let texts = texts.map(|(text, kind, variant)| (text.into_bytes(), kind, variant));
    let mut odd = vec![
        (number("1e999"), "age_too_big", "beyond every number"),
        (number("99999999999999999999"), "age_too_big", "2^31"),
        (latin, "not_utf8", ""),
    ];
    odd.extend(texts);
    odd
}

#[underpin::test]
async fn everything_that_can_be_wrong_has_a_name(engine: Engine) {
    let place = EmptyDb::new(engine).await;
    let program = patients(&place.address());
    let odd = odd();
    let records: Vec<_> = odd.iter().map(|(record, ..)| record.as_slice()).collect();
    let document = [
        b"{\"patients\": [",
        records.join(&b",\n"[..]).as_slice(),
        b"]}",
    ]
    .concat();
    fs::write(program.directory().join("odd.json"), document).unwrap();
    let import = ["import", "odd.json", "--dry-run", "--report", "report.json"];
    let dry = program.run(&import, "").await;
    assert_eq!(dry.code, Some(3), "{}", dry.errors);
    let report = read(program.directory().join("report.json"));
    let findings = report["findings"].as_array().unwrap();
    for (index, (_, kind, variant)) in odd.iter().enumerate() {
        let mut of_it = findings.iter().filter(|one| one["index"] == json!(index));
        let told = of_it.any(|one| one["kind"] == *kind && one["variant"] == *variant);
        assert!(told, "{index}: {kind} {variant}: {:#}", report["findings"]);
    }
    for told in ["Moss", "Asthma", "1e999", "86400"] {
        assert!(!report["findings"].to_string().contains(told), "{told}");
    }
    assert!(rows(&connect(&place).await).await.is_empty());
}
