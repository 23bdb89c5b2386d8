//! Tests of the rules that a user may write.

use super::{differences, exchange};
use crate::compare::{Rules, Session};

fn with_rules(rules: &str) -> Session {
    let today = "2026-11-22".parse().unwrap();
    Session {
        rules: Rules::parse(rules, today).unwrap(),
        ..Session::default()
    }
}

#[test]
fn each_matcher_excuses_its_own_kind_and_nothing_else() {
    for (is, old, good, bad) in [
        ("id", r#""abc1""#, r#""xyz9""#, r#""xyz90""#),
        ("id", "7", "9", "\"9\""),
        (
            "token",
            r#""0123456789abcdef""#,
            r#""fedcba987654321""#,
            r#""""#,
        ),
        ("text", r#""Hi""#, r#"" hI ""#, r#""hi there""#),
        ("set", "[1,2,3]", "[3,1,2]", "[3,1,1]"),
        (
            "set",
            r#"[{"id":"a","n":1},{"id":"b","n":2}]"#,
            r#"[{"id":"b","n":2},{"id":"a","n":1}]"#,
            r#"[{"id":"b","n":1},{"id":"a","n":2}]"#,
        ),
        ("number", "1.0", "1", "1.5"),
        (
            "time",
            r#""2026-11-21T06:52:18Z""#,
            r#""2026-11-22 06:52:20+00:00""#,
            r#""2026-11-23T06:52:18Z""#,
        ),
        (
            "time",
            r#""2025-01-01T00:00:00Z""#,
            r#""2025-01-02T00:00:04Z""#,
            r#""2025-01-03T00:00:00Z""#,
        ),
    ] {
        let exchange = exchange("GET", "/a/b", &format!("{{\"x\":{old}}}"));
        let rules = format!("[[rule]]\nat=\"$.x\"\nis=\"{is}\"\nreason=\"because\"");
        let compare = |rules: &str, new: &str| {
            differences(
                &mut with_rules(rules),
                &exchange,
                200,
                &format!("{{\"x\":{new}}}"),
            )
        };
        assert_eq!(compare(&rules, good), [] as [&str; 0], "{is} {good}");
        assert_ne!(compare(&rules, bad), [] as [&str; 0], "{is} {bad}");
        assert_ne!(compare("", good), [] as [&str; 0], "no rule: {is} {good}");
        let elsewhere = rules.replace("reason", "path=\"/a/*/c\"\nreason");
        assert_ne!(compare(&elsewhere, good), [] as [&str; 0], "{is} elsewhere");
        let other = rules.replace("reason", "method=\"PUT\"\nreason");
        assert_ne!(
            compare(&other, good),
            [] as [&str; 0],
            "{is} by another method"
        );
        assert_eq!(
            compare(&rules.replace("reason", "path=\"/a/**\"\nreason"), good),
            [] as [&str; 0]
        );
    }
}

#[test]
fn absent_null_any_headers_and_statuses_have_rules() {
    let exchange = exchange("GET", "/", r#"{"a":null,"b":1}"#);
    let rule = "[[rule]]\nat=\"$.a\"\nis=\"absent_is_null\"\nreason=\"because\"";
    assert_eq!(
        differences(&mut with_rules(rule), &exchange, 200, r#"{"b":1}"#),
        [] as [&str; 0]
    );
    assert_ne!(
        differences(&mut with_rules(rule), &exchange, 200, r#"{"a":null}"#),
        [] as [&str; 0]
    );
    let rule = "[[rule]]\nat=\"$.b\"\nis=\"any\"\nsince=\"2026-11-20\"\nreason=\"because\"";
    let mut session = with_rules(rule);
    assert_eq!(session.rules.unused(), ["because"]);
    assert_eq!(
        differences(&mut session, &exchange, 200, r#"{"a":null,"b":[]}"#),
        [] as [&str; 0]
    );
    assert_eq!(session.rules.unused(), [] as [&str; 0]);
    let rule = "[[rule]]\nstatus=[201, 204]\nreason=\"because\"";
    let body = r#"{"a":null,"b":1}"#;
    assert_eq!(
        differences(&mut with_rules(rule), &exchange, 204, body),
        [] as [&str; 0]
    );
    assert_eq!(
        differences(&mut with_rules(rule), &exchange, 202, body),
        ["status: "]
    );
    let mut recorded = exchange.clone();
    recorded
        .response
        .headers
        .push(("ETag".to_owned(), "\"1\"".to_owned()));
    assert_eq!(
        differences(&mut with_rules(""), &recorded, 200, body),
        ["header etag: missing"]
    );
    let rule = "[[rule]]\nheader=\"ETag\"\nis=\"any\"\nsince=\"2026-11-20\"\nreason=\"because\"";
    assert_eq!(
        differences(&mut with_rules(rule), &recorded, 200, body),
        [] as [&str; 0]
    );
}

#[test]
fn a_rule_that_cannot_be_understood_is_refused_with_its_line() {
    let today = "2026-11-22".parse().unwrap();
    for (rule, complaint) in [
        ("[[rule]]\nat=\"$\"\nis=\"id\"", "missing field `reason`"),
        (
            "\n[[rule]]\nat=\"$\"\nis=\"id\"\nreason=\" \"",
            "line 2: the reason is empty",
        ),
        ("[[rule]]\nat=\"$\"\nis=\"roughly\"\nreason=\"r\"", "line 3"),
        (
            "[[rule]]\nat=\"$\"\nis=\"id\"\nwhere=1\nreason=\"r\"",
            "unknown field `where`",
        ),
        ("[[rules]]\nat=\"$\"", "unknown field `rules`"),
        (
            "[[rule]]\nat=\"a\"\nis=\"id\"\nreason=\"r\"",
            "a place starts with `$`",
        ),
        ("[[rule]]\nis=\"id\"\nreason=\"r\"", "exactly one of"),
        ("[[rule]]\nat=\"$\"\nreason=\"r\"", "`is` is missing"),
        (
            "[[rule]]\nat=\"$\"\nis=\"any\"\nreason=\"r\"",
            "needs `since",
        ),
        (
            "[[rule]]\nat=\"$\"\nis=\"any\"\nsince=\"2026-10-01\"\nreason=\"r\"",
            "has expired",
        ),
        (
            "[[rule]]\nat=\"$\"\nis=\"any\"\nsince=\"soon\"\nreason=\"r\"",
            "is no date",
        ),
        (
            "[[rule]]\nheader=\"a\"\nis=\"id\"\nreason=\"r\"",
            "a header rule says",
        ),
        ("[[rule]", "line 1"),
    ] {
        let error = Rules::parse(rule, today).unwrap_err();
        assert!(error.contains(complaint), "{rule}\n{error}");
    }
}
