//! Our reader of JSON beside serde's, and its faults in the words of Python's.

use super::{check as check_as, parse as parse_as, *};
use crate::validation::tests::assert_none;

fn parse(text: &str) -> Result<Document, Refusal> {
    parse_as(text, &Dialect::fastapi_0_104())
}

#[test]
fn syntax_errors_are_pythons() {
    let lines = include_str!("../../../tests/data/validation/json.json");
    assert_told(lines, &Dialect::fastapi_0_104());
    let older = include_str!("../../../tests/data/validation/json_3_11.json");
    assert_told(older, &Dialect::fastapi_0_127());
}

/// Each line is a text with what Python says of it.
fn assert_told(lines: &str, dialect: &Dialect) {
    let lines: Vec<(String, Option<usize>, Option<String>)> = serde_json::from_str(lines).unwrap();
    let mut differences = Vec::new();
    for (text, position, reason) in &lines {
        let found = parse_as(text, dialect);
        assert_eq!(
            found.as_ref().err(),
            check_as(text, dialect).as_ref().err(),
            "{text:?}"
        );
        let found = match found {
            Ok(_) => (None, None),
            Err(Refusal::Syntax { position, reason }) => (Some(position), Some(reason)),
            Err(Refusal::Absurd(_)) => panic!("{text}"),
        };
        if found != (*position, reason.as_deref()) {
            differences.push(format!(
                "{text:?}: expected {position:?} {reason:?}, found {found:?}"
            ));
        }
    }
    assert_none(&differences, lines.len());
    assert!(lines.iter().filter(|line| line.1.is_none()).count() > 20);
}

#[test]
fn documents_are_those_of_serde() {
    let lines = include_str!("../../../tests/data/validation/json.json");
    let lines: Vec<(String, Option<usize>, Option<String>)> = serde_json::from_str(lines).unwrap();
    let mut compared = 0;
    for (text, ..) in &lines {
        if let (Ok(document), Ok(value)) = (parse(text), serde_json::from_str::<Value>(text)) {
            assert_eq!(document.value, value, "{text:?}");
            assert_eq!(document.oddities, [], "{text:?}");
            compared += 1;
        }
    }
    assert!(compared > 20);
}

#[test]
fn the_last_duplicate_stands_in_the_first_ones_place() {
    let document = parse(r#"{"a":1,"b":2,"a":3}"#).unwrap();
    assert_eq!(document.value.to_string(), r#"{"a":3,"b":2}"#);
}

#[test]
fn oddities_are_found_where_they_are() {
    let document = parse(r#"{"a":[0,{"b":NaN}],"c":"\udd80","d":"\ud83e\udd80"}"#).unwrap();
    let name = |name| Loc::Name(name);
    let expected = [
        Oddity {
            loc: vec!["a".into(), 1.into(), "b".into()],
            kind: OddityKind::NotFinite,
        },
        Oddity {
            loc: vec![name("c".into())],
            kind: OddityKind::LoneSurrogate,
        },
    ];
    assert_eq!(document.oddities, expected);
    assert_eq!(
        document.value.to_string(),
        r#"{"a":[0,{"b":null}],"c":"�","d":"🦀"}"#
    );
    let document = parse(r#"{"x":NaN,"a":NaN,"a":1,"y":[NaN,NaN],"y":[0]}"#).unwrap();
    assert_eq!(
        document.oddities,
        [Oddity {
            loc: vec!["x".into()],
            kind: OddityKind::NotFinite
        }]
    );
}

#[test]
fn absurd_documents_are_refused() {
    for (text, what) in [
        ("[".repeat(DEEPEST + 1), "nested_too_deeply"),
        ("9".repeat(MOST_DIGITS + 1), "number_too_long"),
        (format!("[{}1]", "NaN,".repeat(33)), "too_many_oddities"),
    ] {
        assert_eq!(parse(&text).unwrap_err(), Refusal::Absurd(what));
    }
    assert!(parse(&"9".repeat(MOST_DIGITS)).is_ok());
    assert!(parse(&format!("{}.0", "9".repeat(MOST_DIGITS + 1))).is_ok());
}

#[test]
fn a_comma_too_many_is_told_as_each_python_does() {
    let (newer, older) = (Dialect::fastapi_0_104(), Dialect::fastapi_0_127());
    for (text, told_newer, told_older) in [
        (
            "[1 , ]",
            (3, "Illegal trailing comma before end of array"),
            (5, "Expecting value"),
        ),
        (
            r#"{"a":1, }"#,
            (6, "Illegal trailing comma before end of object"),
            (8, "Expecting property name enclosed in double quotes"),
        ),
    ] {
        for (dialect, (position, reason)) in [(newer, told_newer), (older, told_older)] {
            let expected = Refusal::Syntax { position, reason };
            assert_eq!(parse_as(text, &dialect).unwrap_err(), expected, "{text}");
        }
    }
}
