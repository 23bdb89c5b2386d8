//! The same random bodies as were given to FastAPI 0.104.1 with Pydantic 2.11.7.

use serde_json::Value;

use super::{
    answer, assert_none,
    models::{Everything, Search},
    same,
};
use crate::validation::{Dialect, Loc, Model, Report, body, text, walk};

/// Names with values, status, answer.
type Query = (Vec<(String, String)>, u16, String);

#[test]
fn every_answer_is_pydantics() {
    let lines = include_str!("../../../tests/data/validation/pydantic.json");
    let lines: Vec<(String, u16, String)> = serde_json::from_str(lines).unwrap();
    let dialect = Dialect::fastapi_0_104();
    let mut differences = Vec::new();
    for (sent, status, expected) in &lines {
        let mut report = Report::new();
        let json = Some("application/json");
        let read = body::read::<Everything>(sent.as_bytes(), json, &dialect, &mut report).unwrap();
        let difference = match read {
            None => Some(answer(report, &dialect)).filter(|answer| answer != expected),
            Some(_) if *status != 200 => Some("accepted".to_owned()),
            Some(read) => accepted(sent, &read, expected),
        };
        if let Some(difference) = difference {
            differences.push(format!(
                "{sent}\n  expected {expected}\n  found    {difference}"
            ));
        }
    }
    assert_none(&differences, lines.len());
    assert!(lines.iter().filter(|line| line.1 == 200).count() > 20);
}

/// What an accepted body became, if that is not what it became in Pydantic's hands.
fn accepted(sent: &str, read: &Everything, expected: &str) -> Option<String> {
    let sent: Value = serde_json::from_str(sent).unwrap();
    let mut report = Report::new();
    let coerced = walk(
        &Everything::schema(),
        &sent,
        vec![Loc::from("body")],
        &mut report,
    );
    let Some(coerced) = coerced else {
        return Some(answer(report, &Dialect::fastapi_0_104()));
    };
    let expected: Value = serde_json::from_str(expected).unwrap();
    let slow: Everything = serde_json::from_value(coerced.clone()).unwrap();
    (slow != *read || !same(&coerced, &expected)).then(|| coerced.to_string())
}

#[test]
fn every_answer_to_a_query_is_pydantics() {
    let lines = include_str!("../../../tests/data/validation/query.json");
    let lines: Vec<Query> = serde_json::from_str(lines).unwrap();
    let dialect = Dialect::fastapi_0_104();
    let mut differences = Vec::new();
    for (pairs, _, expected) in &lines {
        let mut report = Report::new();
        let found = match text::read_parameters::<Search>("query", pairs, &mut report) {
            Some(search) => serde_json::to_string(&search).unwrap(),
            None => answer(report, &dialect),
        };
        if found != *expected {
            differences.push(format!(
                "{pairs:?}\n  expected {expected}\n  found    {found}"
            ));
        }
    }
    assert_none(&differences, lines.len());
    assert!(lines.iter().filter(|line| line.1 == 200).count() > 20);
}
