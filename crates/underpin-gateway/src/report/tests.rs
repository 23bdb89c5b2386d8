//! Tests of what reports say, and of what they must not.

use std::time::Duration;

use proptest::prelude::*;

use super::{Outcome, Report, Verdict, describe, diff, html, junit, machine};
use crate::{
    compare::{Answer, Difference},
    double,
    replay::Outgoing,
};

fn report() -> Report {
    let exchange = &double::notes().exchanges[9];
    let answer = Answer {
        status: 201,
        headers: vec![("content-type".to_owned(), "text/html".to_owned())],
        body: b"<script>alert(1)</script>".to_vec(),
        wire_length: 25,
    };
    let difference = Difference {
        place: "$.access_token".to_owned(),
        recorded: String::from_utf8(exchange.response.body.clone()).unwrap(),
        candidate: "\u{1b}[31m<b>\u{0}".to_owned(),
        note: "]]> & \"more\"".to_owned(),
    };
    let outcome = |verdict, differences| Outcome {
        exchange: exchange.clone(),
        verdict,
        differences,
        excused: [("time".to_owned(), 2)].into(),
        sent: Outgoing {
            method: "POST".to_owned(),
            target: "/x".to_owned(),
            ..Outgoing::default()
        },
        answer: Some(answer.clone()),
        took: Duration::from_millis(3),
    };
    Report {
        recording: "a & b.har".to_owned(),
        target: "http://127.0.0.1:1".to_owned(),
        outcomes: vec![
            outcome(Verdict::Mismatched, vec![difference]),
            outcome(Verdict::Matched, Vec::new()),
            outcome(Verdict::Excused("tag bug".to_owned()), Vec::new()),
            outcome(Verdict::Skipped("not selected".to_owned()), Vec::new()),
        ],
        unused_rules: vec!["<unused>".to_owned()],
        notices: vec!["<notice>".to_owned()],
    }
}

#[test]
fn nothing_from_a_server_becomes_markup() {
    let page = html::render(&report());
    assert_eq!(page.matches("<script>").count(), 1, "only the page's own");
    assert!(
        !page.contains("<b>\u{fffd}") && !page.contains("<notice>") && !page.contains('\u{1b}')
    );
    assert!(page.contains("&lt;script&gt;alert(1)"));
    let suite = junit::render(&report());
    assert!(!suite.contains("]]> &") && !suite.contains('\u{0}') && !suite.contains('\u{1b}'));
    assert!(suite.contains("tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"2\""));
}

#[test]
fn no_report_shows_a_signature() {
    let report = report();
    let body = String::from_utf8(report.outcomes[0].exchange.response.body.clone()).unwrap();
    let token = body
        .split('"')
        .find(|part| part.starts_with("eyJ"))
        .unwrap()
        .to_owned();
    let signature = token.rsplit('.').next().unwrap();
    let line = describe(&report.outcomes[0], &report.outcomes[0].differences[0]);
    for text in [
        html::render(&report),
        junit::render(&report),
        machine::render(&report),
        line,
    ] {
        assert!(!text.contains(signature));
    }
}

#[test]
fn the_json_report_counts_by_rule() {
    let document: serde_json::Value = serde_json::from_str(&machine::render(&report())).unwrap();
    assert_eq!(
        document["excuses"],
        serde_json::json!({"tag bug": 1, "time": 6})
    );
    assert_eq!(document["totals"]["mismatched"], 1);
    assert_eq!(
        document["exchanges"][0]["differences"][0]["place"],
        "$.access_token"
    );
    assert_eq!(document["exchanges"][3]["why"], "not selected");
}

#[test]
fn a_mismatch_is_one_line_without_control_characters() {
    let report = report();
    let line = describe(&report.outcomes[0], &report.outcomes[0].differences[0]);
    assert!(line.starts_with("#10 POST /api/auth/login (login: ok as the UI sends it): $.access"));
    assert!(!line.contains(char::is_control), "{line}");
}

#[test]
fn the_extension_says_the_form() {
    for (name, good) in [
        ("a.html", true),
        ("a.json", true),
        ("a.xml", true),
        ("a.txt", false),
    ] {
        assert_eq!(super::check_form(std::path::Path::new(name)).is_ok(), good);
    }
}

proptest! {
    #[test]
    fn a_diff_holds_both_texts(old in "([ab]\n){0,8}", new in "([ab]\n){0,8}") {
        let lines = diff::lines(&old, &new);
        let side = |mine: fn(&diff::Line<'_>) -> Option<String>| -> String {
            lines.iter().filter_map(mine).map(|line| line + "\n").collect()
        };
        let first = side(|line| match line {
            diff::Line::Same(text) | diff::Line::Old(text) => Some((*text).to_owned()),
            diff::Line::New(_) => None,
        });
        let second = side(|line| match line {
            diff::Line::Same(text) | diff::Line::New(text) => Some((*text).to_owned()),
            diff::Line::Old(_) => None,
        });
        prop_assert_eq!((first, second), (old, new));
    }
}
