//! What JavaScript prints, compares and finds.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::{compare::cmp_units, *};

fn json(text: &str) -> Json {
    parse(text).unwrap()
}

#[test]
fn numbers_are_doubles_and_print_as_javascript_does() {
    let cases = [
        ("1.0", "1"),
        ("1e21", "1e+21"),
        ("-0", "0"),
        ("12345678901234567890", "12345678901234567000"),
        ("0.1", "0.1"),
        ("1e-7", "1e-7"),
        ("1e999", "null"),
    ];
    for (text, printed) in cases {
        assert_eq!(json(text).to_string(), printed);
    }
}

#[test]
fn keys_keep_their_order_but_array_indexes_come_first() {
    let text = r#"{"b":1,"2":2,"a":3,"1":4,"01":5,"b":6}"#;
    assert_eq!(
        json(text).to_string(),
        r#"{"1":4,"2":2,"b":6,"a":3,"01":5}"#
    );
    let mut object = json(r#"{"a":1}"#).as_object().unwrap().clone();
    object.set("7", Json::Null);
    assert_eq!(Json::Object(object).to_string(), r#"{"7":null,"a":1}"#);
}

#[test]
fn texts_are_escaped_as_json_stringify_does() {
    let text = r#""\"\\\b\t\n\f\r\u0001\u001fé/""#;
    assert_eq!(json(text).to_string(), r#""\"\\\b\t\n\f\r\u0001\u001fé/""#);
}

#[test]
fn pretty_is_two_spaces_and_empty_ones_stay_closed() {
    let mut out = String::new();
    pretty(r#"{"a":[1,{"b":"x,{\"}:"}],"c":{},"d":[]}"#, 0, &mut out);
    let expected = "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x,{\\\"}:\"\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}";
    assert_eq!(out, expected);
}

#[test]
fn values_as_text() {
    let text = |text: &str| json(text).to_text().into_owned();
    assert_eq!(text(r#"[1,null,["a",[]],true]"#), "1,,a,,true");
    assert_eq!(text(r#"{"a":1}"#), "[object Object]");
    assert_eq!(text("7.50"), "7.5");
    assert_eq!(text("[]"), "");
}

#[test]
fn texts_as_numbers() {
    for (text, number) in [
        (" 7.5 ", 7.5_f64),
        ("0x14", 20.0),
        ("", 0.0),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("0b11", 3.0),
    ] {
        assert_eq!(number_of(text).to_bits(), number.to_bits(), "{text}");
    }
    for text in [
        "seven", "1_0", "inf", "nan", "infinity", "0x", "1 2", "--1", "-0x1",
    ] {
        assert!(number_of(text).is_nan(), "{text}");
    }
}

#[test]
fn comparisons_are_javascripts() {
    let less = |left: &str, right: &str| less(&json(left), &json(right));
    assert!(less(r#""10""#, r#""9""#) && !less(r#""10""#, "9") && less("9", r#""10""#));
    assert!(less("null", "1") && less("false", "true") && !less(r#""x""#, "1"));
    assert!(less("[1]", r#""2""#) && less(r#""a""#, r#""b""#) && less(r#""Z""#, r#""a""#));
    assert_eq!(cmp_units("\u{10000}", "\u{E000}"), Ordering::Less);
}

#[test]
fn paths() {
    let record = json(r#"{"a":{"b":[{"c":5}],"d":"wörd"},"a.b":1,"n":null}"#);
    let found = |path: &str| {
        Path::lodash(path)
            .get(&record)
            .map(|value| value.to_string())
    };
    assert_eq!(found("a.b").as_deref(), Some("1"), "a literal key wins");
    assert_eq!(found("a.b.0.c").as_deref(), Some("5"));
    assert_eq!(found("a.b[0].c").as_deref(), Some("5"));
    assert_eq!(found("a.b.length").as_deref(), Some("1"));
    assert_eq!(found("a.d.length").as_deref(), Some("4"));
    assert_eq!(found("n").as_deref(), Some("null"));
    assert_eq!(found("n.x"), None);
    assert_eq!(found("a.x"), None);
    let keys = Path::keys(vec!["a".into(), "b".into(), "0".into()]);
    assert!(matches!(keys.find(&record), Found::NoWay));
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(Json::Number),
        ".{0,8}".prop_map(Json::Text),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::Array),
            prop::collection::vec((".{0,4}", inner), 0..6)
                .prop_map(|entries| Json::Object(Object::from_entries(entries))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_the_same(value in any_json()) {
        let text = value.to_string();
        prop_assert_eq!(parse(&text).unwrap().to_string(), text.clone());
        let mut indented = String::new();
        pretty(&text, 0, &mut indented);
        prop_assert_eq!(parse(&indented).unwrap().to_string(), text.clone());
        let theirs: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(indented, serde_json::to_string_pretty(&theirs).unwrap());
    }

    #[test]
    fn a_property_is_found_in_the_text(value in any_json()) {
        let text = value.to_string();
        let Json::Object(object) = value else {
            prop_assert_eq!(member(&text, ""), None);
            return Ok(());
        };
        for (name, value) in object.iter() {
            let value = value.to_string();
            prop_assert_eq!(member(&text, name), Some(value.as_str()));
        }
        prop_assert_eq!(member(&text, "no such"), None);
    }

    #[test]
    fn code_units_order_as_utf_16_does(left in ".{0,6}", right in ".{0,6}") {
        let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
        prop_assert_eq!(cmp_units(&left, &right), units(&left).cmp(&units(&right)));
    }
}
