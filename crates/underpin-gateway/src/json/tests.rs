//! Tests of the reader of JSON, against a second one and against nonsense.

use proptest::prelude::*;

use super::{Json, Pattern, Place, layout, parse};

#[test]
fn spelling_and_order_survive() {
    let source = r#"{"b":1.0,"a":[1e2,-0,"\u00e9\n"],"b":null}"#;
    let value = parse(source).unwrap();
    assert_eq!(value.to_compact(), source);
    assert_eq!(value.members().len(), 3);
    assert_eq!(value.get("a").unwrap().items()[2].as_str(), Some("é\n"));
}

#[test]
fn what_is_not_json_is_refused() {
    for source in [
        "",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "01",
        "1.",
        "nul",
        "NaN",
        "\"\u{1}\"",
        "[1] 2",
        "{a:1}",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12é\"",
        "'a'",
        "+1",
        "--1",
    ] {
        assert!(parse(source).is_err(), "{source:?} was accepted");
    }
    assert!(parse(&"[".repeat(100_000)).is_err());
}

#[test]
fn surrogates() {
    assert_eq!(parse(r#""\ud83e\udd80""#).unwrap().as_str(), Some("🦀"));
    assert_eq!(parse(r#""\ud800x""#).unwrap().as_str(), Some("\u{fffd}x"));
    assert_eq!(
        parse(r#""\ud800\u0041""#).unwrap().as_str(),
        Some("\u{fffd}A")
    );
}

#[test]
fn layout_is_the_space_between_tokens() {
    assert_eq!(
        layout("{\"a b\": [1,\n 2]} "),
        vec!["", "", "", " ", "", "", "\n ", "", "", " "]
    );
    assert_ne!(layout("[1, 2]"), layout("[1,2]"));
    assert_eq!(layout("[10,\"x\"]"), layout("[2,\"a, b\"]"));
}

#[test]
fn patterns_find_their_places() {
    let place = Place::default().item(4).member("odd name").member("id");
    for (pattern, expected) in [
        ("$[*]['odd name'].id", true),
        ("$[4].*.id", true),
        ("$[4].*.*", true),
        ("$[3].*.id", false),
        ("$[*].id", false),
        ("$", false),
    ] {
        assert_eq!(
            Pattern::parse(pattern).unwrap().matches(&place),
            expected,
            "{pattern}"
        );
    }
    assert_eq!(place.to_string(), "$[4]['odd name'].id");
    for wrong in ["", "id", "$id", "$.", "$[", "$[x]", "$['a", "$..a", "$.a b"] {
        assert!(Pattern::parse(wrong).is_err(), "{wrong:?} was accepted");
    }
}

fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|b| b.to_string()),
        any::<f64>().prop_filter_map("JSON has no NaN", |n| serde_json::to_string(&n).ok()),
        any::<String>().prop_map(|s| serde_json::to_string(&s).unwrap()),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        let member = (any::<String>(), inner.clone())
            .prop_map(|(k, v)| format!("{}:{v}", serde_json::to_string(&k).unwrap()));
        prop_oneof![
            proptest::collection::vec(inner, 0..5).prop_map(|v| format!("[{}]", v.join(","))),
            proptest::collection::vec(member, 0..5).prop_map(|v| format!("{{{}}}", v.join(","))),
        ]
    })
}

proptest! {
    #[test]
    fn parsing_never_panics(source in any::<String>()) {
        let _ = parse(&source);
        let _ = layout(&source);
        let _ = Pattern::parse(&source);
    }

    #[test]
    fn json_like_text_never_panics(source in "[\\[\\]{}:,\"\\\\u0-9a-f.eE+ -]{0,60}") {
        if let Ok(value) = parse(&source) {
            prop_assert!(parse(&value.to_compact()).is_ok());
        }
    }

    #[test]
    fn agrees_with_a_second_reader(source in any_json()) {
        let value = parse(&source).unwrap();
        prop_assert_eq!(value.to_compact(), source.clone());
        let pretty: serde_json::Value = serde_json::from_str(&value.to_pretty()).unwrap();
        prop_assert_eq!(pretty, serde_json::from_str::<serde_json::Value>(&source).unwrap());
        prop_assert_eq!(layout(&source).iter().filter(|gap| !gap.is_empty()).count(), 0);
        let is_container = matches!(value, Json::Array(_) | Json::Object(_));
        prop_assert_eq!(is_container, source.starts_with(['[', '{']));
    }
}
