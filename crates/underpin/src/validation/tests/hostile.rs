//! Bodies made to hurt: deep, huge, half-encoded. Each gets an answer; none gets a panic.

use std::thread;

use serde_json::Value;

use super::{
    answer,
    models::{Everything, Login, Node},
};
use crate::validation::{Dialect, Report, Unreadable, body, json::DEEPEST};

const JSON: Option<&str> = Some("application/json");

fn refused(sent: impl AsRef<[u8]>) -> String {
    let dialect = Dialect::fastapi_0_104();
    let mut report = Report::new();
    let read = body::read::<Login>(sent.as_ref(), JSON, &dialect, &mut report);
    assert_eq!(
        read,
        Ok(None),
        "{:?}",
        String::from_utf8_lossy(sent.as_ref())
    );
    answer(report, &Dialect::fastapi_current())
}

/// On a stack of 2 MiB, which is what the server's threads have.
fn on_a_small_stack(run: fn()) {
    let thread = thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(run)
        .unwrap();
    thread.join().unwrap();
}

#[test]
fn absurd_nesting_is_unreadable() {
    on_a_small_stack(|| {
        let dialect = Dialect::default();
        for sent in ["[", r#"{"a":"#, r#"[{"":"#, r#"{"children":["#] {
            for deep in [sent.repeat(100_000), sent.repeat(DEEPEST + 1)] {
                let mut report = Report::new();
                let read = body::read::<Value>(deep.as_bytes(), JSON, &dialect, &mut report);
                assert_eq!(read, Err(Unreadable));
                assert_eq!(
                    body::syntax_error(deep.as_bytes(), JSON, &dialect),
                    Err(Unreadable)
                );
            }
        }
    });
}

#[test]
fn permitted_nesting_is_walked_built_and_dropped() {
    on_a_small_stack(|| {
        let dialect = Dialect::default();
        let mut report = Report::new();
        let lists = format!("{}{}", "[".repeat(DEEPEST), "]".repeat(DEEPEST));
        let read = body::read::<Value>(lists.as_bytes(), JSON, &dialect, &mut report).unwrap();
        assert_eq!(read.unwrap().to_string(), lists);
        let branch = r#"{"name":"a","children":["#;
        let tree = format!("{}{}", branch.repeat(DEEPEST / 2), "]}".repeat(DEEPEST / 2));
        let read = body::read::<Node>(tree.as_bytes(), JSON, &dialect, &mut report).unwrap();
        assert!(read.is_some());
        let faulty = tree.replacen("[]", "[3]", 1);
        let read = body::read::<Node>(faulty.as_bytes(), JSON, &dialect, &mut report).unwrap();
        assert!(read.is_none());
        assert_eq!(report.faults()[0].loc.len(), 1 + DEEPEST);
    });
}

#[test]
fn an_answer_does_not_grow_out_of_proportion() {
    let dialect = Dialect::fastapi_0_104();
    let fat = "x".repeat(1 << 20);
    for sent in [
        format!(r#"{{"points":[{}1]}}"#, "1,".repeat(200_000)),
        format!(
            r#"{{"tree":{{"name":"","children":[{}1]}}}}"#,
            "1,".repeat(200_000)
        ),
        format!(r#"{{"fat":"{fat}"}}"#),
        format!(
            r#"{{"tree":{{"fat":"{fat}","children":[{}{{}}]}}}}"#,
            "{},".repeat(90_000)
        ),
    ] {
        let mut report = Report::new();
        let read = body::read::<Everything>(sent.as_bytes(), JSON, &dialect, &mut report);
        assert_eq!(read, Ok(None));
        assert!(!report.is_empty());
        assert!(answer(report, &dialect).len() < 16 << 20);
    }
}

#[test]
fn bytes_that_are_no_text() {
    let dialect = Dialect::fastapi_0_104();
    let mut report = Report::new();
    let sent = b"{\"username\":\"\xFF\xFE\"}";
    assert_eq!(
        body::read::<Login>(sent, JSON, &dialect, &mut report),
        Err(Unreadable)
    );
    let hidden = b"{\"username\":\"demouser\",\"password\":\"demopass\",\"x\":\"\xFF\"}";
    assert_eq!(
        body::read::<Login>(hidden, JSON, &dialect, &mut report),
        Err(Unreadable)
    );
    assert!(report.is_empty());
    let read = body::read::<Login>(sent, Some("text/plain"), &dialect, &mut report);
    assert_eq!(read, Ok(None));
    assert_eq!(report.faults()[0].kind, "model_attributes_type");
}

#[test]
fn what_python_reads_and_json_is_not() {
    let finite = r#"{"detail":[{"type":"finite_number","loc":["body","username"],"msg":"Input should be a finite number","input":null}]}"#;
    for number in ["NaN", "Infinity", "-Infinity"] {
        assert_eq!(
            refused(format!(r#"{{"username":{number},"password":"demopass"}}"#)),
            finite
        );
    }
    let half = refused(r#"{"username":"\ud83d","password":"demopass"}"#);
    assert!(
        half.contains(r#""type":"string_unicode","loc":["body","username"]"#),
        "{half}"
    );
    let over = refused(r#"{"username":"demouser","x":1e400}"#);
    assert!(
        over.contains(r#""input":{"username":"demouser","x":null}"#),
        "{over}"
    );
    assert_eq!(refused("NaN").matches("finite_number").count(), 1);
    let many = format!(r#"{{"a":[{}1]}}"#, "NaN,".repeat(33));
    let mut report = Report::new();
    let read = body::read::<Login>(many.as_bytes(), JSON, &Dialect::default(), &mut report);
    assert_eq!(read, Err(Unreadable));
}

#[test]
fn oddities_in_unknown_fields_change_nothing() {
    let mut report = Report::new();
    let sent = br#"{"username":"demouser","password":"demopass","x":[NaN,"\ud800"]}"#;
    let read = body::read::<Login>(sent, JSON, &Dialect::default(), &mut report).unwrap();
    assert_eq!(read.unwrap().username, "demouser");
    let twice = br#"{"username":NaN,"password":"demopass","username":"demouser"}"#;
    let read = body::read::<Login>(twice, JSON, &Dialect::default(), &mut report).unwrap();
    assert_eq!(read.unwrap().username, "demouser");
}

#[test]
fn structs_are_objects_and_words_are_strings() {
    let mut report = Report::new();
    let dialect = Dialect::default();
    for sent in [
        r#"["demouser","demopass"]"#,
        r#"{"title":"a","count":1,"color":{"red":null}}"#,
        r#"{"title":"a","count":1,"color":"red","point":[1,2]}"#,
    ] {
        let read = body::read::<Everything>(sent.as_bytes(), JSON, &dialect, &mut report);
        assert_eq!(read, Ok(None), "{sent}");
    }
    assert_eq!(
        refused(r#"["demouser","demopass"]"#)
            .matches("model_attributes_type")
            .count(),
        1
    );
}

#[test]
fn an_optional_body_may_be_absent() {
    let dialect = Dialect::default();
    let mut report = Report::new();
    for sent in ["", "null", " null "] {
        let read = body::read::<Option<Login>>(sent.as_bytes(), JSON, &dialect, &mut report);
        assert_eq!(read, Ok(Some(None)));
    }
    assert!(report.is_empty());
}
