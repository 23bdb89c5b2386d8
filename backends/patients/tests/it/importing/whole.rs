//! The whole file: every kind as the contract counts it, verified, imported again, rolled back.

use std::fs;

use serde_json::{Map, Value, json};
use underpin::{
    db::{Engine, sql},
    testing::{EmptyDb, TestProgram},
};

use super::{connect, data, file, read, rows};
use crate::setup::patients;

/// Variants that would say what stands in a record have a name of their own here.
const RENAMED: [(&str, &str, &str); 3] = [
    ("age_fraction", "45.0", "whole"),
    ("age_fraction", "45.5", "fractional"),
    ("unknown_gender", "M", "one letter"),
];

fn agrees_with_the_contract(report: &Value) {
    let mut expected = read(data("patients-10k.counts.json"));
    let expected = expected["kinds"].as_object_mut().unwrap();
    for (kind, theirs, ours) in RENAMED {
        let variants = expected[kind]["variants"].as_object_mut().unwrap();
        let count = variants.remove(theirs).unwrap();
        variants.insert(ours.to_owned(), count);
    }
    expected["clean"]
        .as_object_mut()
        .unwrap()
        .remove("positions");
    let found: &Map<String, Value> = report["kinds"].as_object().unwrap();
    assert_eq!(found.len(), expected.len());
    for (kind, expected) in expected {
        assert_eq!(&found[kind], expected, "{kind}");
    }
    let counts = &report["counts"];
    assert_eq!(
        (
            &counts["read"],
            &counts["skipped"],
            &counts["rejected"],
            &counts["add_up"]
        ),
        (&json!(10_000), &json!(50), &json!(742), &json!(true))
    );
}

/// Names and conditions of the file, none of which may be told.
fn says_nothing_of_patients(text: &str) {
    for told in [
        "Synth",
        "Ximena",
        "Hypertension",
        "Migraine",
        "患者",
        "مريض",
        "forty",
        "yesterday",
        "+00 000",
    ] {
        assert!(!text.contains(told), "{told}");
    }
}

#[underpin::test]
async fn every_fault_is_found_as_the_contract_counts_it(engine: Engine) {
    let place = EmptyDb::new(engine).await;
    let program = patients(&place.address());
    let file = file();
    let dry = program
        .run(&["import", &file, "--dry-run", "--report", "dry.json"], "")
        .await;
    assert_eq!(dry.code, Some(3), "{}", dry.errors);
    let run = program
        .run(&["import", &file, "--report", "run.json"], "")
        .await;
    assert_eq!(run.code, Some(3), "{}", run.errors);
    let dry_report = read(program.directory().join("dry.json"));
    let report = read(program.directory().join("run.json"));
    agrees_with_the_contract(&dry_report);
    agrees_with_the_contract(&report);
    assert_eq!(dry_report["counts"], report["counts"]);
    assert_eq!(dry_report["findings"], report["findings"]);
    assert_eq!(report["counts"]["inserted"], 9208);
    let html = program
        .run(&["import", &file, "--dry-run", "--report", "dry.html"], "")
        .await;
    let html_report = fs::read_to_string(program.directory().join("dry.html")).unwrap();
    for text in [
        &dry.output,
        &dry.errors,
        &run.output,
        &run.errors,
        &html.output,
        &html_report,
    ] {
        says_nothing_of_patients(text);
    }
    says_nothing_of_patients(&report.to_string());
    let backup = report["backup"].as_str().unwrap();
    assert!(program.directory().join(backup).exists());
    and_again(&program, &file).await;
    planted_differences_are_named(&program, &place, &file).await;
    let run = report["run"].as_str().unwrap();
    undone(&program, &place, run).await;
}

async fn and_again(program: &TestProgram, file: &str) {
    let again = [
        "import",
        file,
        "--on-error",
        "skip",
        "--report",
        "again.json",
    ];
    let again = program.run(&again, "").await;
    assert_eq!(again.code, Some(0), "{}", again.errors);
    let report = read(program.directory().join("again.json"));
    assert_eq!(report["counts"]["unchanged"], 9208);
    let stopped = program
        .run(&["import", file, "--on-error", "stop"], "")
        .await;
    assert_eq!(stopped.code, Some(3));
    assert!(stopped.output.starts_with("stopped before writing"));
}

async fn planted_differences_are_named(program: &TestProgram, place: &EmptyDb, file: &str) {
    let verify = program.run(&["import", file, "--verify"], "").await;
    assert_eq!(verify.code, Some(0), "{}", verify.output);
    let db = connect(place).await;
    for planted in [
        "UPDATE patients SET name = 'Synthetic Ximena Jansem' WHERE patient_id = 'SYN000001'",
        "DELETE FROM patients WHERE patient_id = 'SYN000002'",
        "INSERT INTO patients (patient_id, name, age, gender, medical_condition, last_visit)
              VALUES ('PLANTED', 'x', 1, 'Other', 'x', '2024-01-01')",
        "UPDATE patients SET last_visit = '2022-08-18' WHERE patient_id = 'SYN000003'",
    ] {
        sql(planted).rows_affected(&db).await.unwrap();
    }
    let verify = ["import", file, "--verify", "--report", "verify.json"];
    let found = program.run(&verify, "").await;
    assert_eq!(found.code, Some(4));
    let report = read(program.directory().join("verify.json"));
    assert_eq!(
        report["differences"],
        json!([
            { "what": "changed", "key": "SYN000001", "columns": ["name"] },
            { "what": "changed", "key": "SYN000003", "columns": ["last_visit"] },
            { "what": "extra", "key": "PLANTED", "columns": [] },
            { "what": "missing", "key": "SYN000002", "columns": [] },
        ])
    );
    says_nothing_of_patients(&found.output);
}

async fn undone(program: &TestProgram, place: &EmptyDb, run: &str) {
    let refused = program.run(&["import", "--rollback", run], "").await;
    assert_eq!(refused.code, Some(5), "{}", refused.errors);
    assert!(refused.output.contains("SYN000001, SYN000002, SYN000003"));
    let done = program
        .run(&["import", "--rollback", run, "--discard-changes"], "")
        .await;
    assert_eq!(done.code, Some(0), "{}", done.errors);
    let db = connect(place).await;
    let left = rows(&db).await;
    assert_eq!(left.len(), 1, "what others added stays");
    let unknown = program.run(&["import", "--rollback", "nothing"], "").await;
    assert_eq!(unknown.code, Some(1));
}

#[underpin::test]
async fn options_that_do_not_go_together_are_wrong_usage(engine: Engine) {
    let place = EmptyDb::new(engine).await;
    let program = patients(&place.address());
    let file = file();
    for (arguments, told) in [
        (&["import", &file, "--table", "patients"][..], "is a file"),
        (&["import", &file, "--query", "SELECT 1"], "is a file"),
        (&["import", "sqlite:other.db"], "--table NAME or --query"),
        (
            &["import", &file, "--discard-changes"],
            "cannot be used with",
        ),
    ] {
        let finished = program.run(arguments, "").await;
        assert_eq!(finished.code, Some(2), "{arguments:?}: {}", finished.errors);
        let errors = &finished.errors;
        assert!(errors.contains(told), "{told} is not in\n{errors}");
    }
}
