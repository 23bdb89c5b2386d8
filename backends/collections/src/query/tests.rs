//! What meets a condition, and what comes first, as the originals say.

use super::*;
use crate::app::value::{Json, Path, parse};

fn json(text: &str) -> Json {
    parse(text).unwrap()
}

fn leaf(path: &str, test: Test) -> Condition {
    Condition::leaf(Path::lodash(path), test)
}

#[test]
fn v0_compares_texts_and_null_never_matches() {
    let record =
        json(r#"{"n":7.5,"b":true,"t":"7.5","l":["release","news"],"o":{},"z":null,"e":[]}"#);
    let is = |path: &str, text: &str| leaf(path, Test::TextIs(text.into())).matches(&record);
    assert!(is("n", "7.5") && !is("n", "7.50") && is("b", "true") && is("t", "7.5"));
    assert!(
        is("l", "release,news") && !is("l", "news") && is("o", "[object Object]") && is("e", "")
    );
    assert!(!is("z", "null") && !is("missing", "undefined"));
    assert!(!leaf("z", Test::TextIsNot("x".into())).matches(&record));
    let at_least =
        |path: &str, text: &str| leaf(path, Test::TextAtLeast(text.into())).matches(&record);
    assert!(at_least("n", "5") && at_least("n", "") && !at_least("n", "x") && at_least("t", "20"));
    assert!(at_least("b", "1") && !at_least("b", "2"));
    assert!(leaf("z", Test::Exists).matches(&record));
}

#[test]
fn like_is_a_regular_expression_of_any_case() {
    let record = json(r#"{"title":"Alpha release","n":100}"#);
    let like = |path: &str, source: &str| {
        leaf(path, Test::Like(Pattern::new(source).unwrap())).matches(&record)
    };
    assert!(
        like("title", "^alpha")
            && like("title", "x|RELEASE")
            && like("title", "")
            && like("n", "^1.0$")
    );
    assert!(!like("title", "^release"));
    assert!(Pattern::new("[").is_err());
}

#[test]
fn v1_is_strict_and_null_counts_as_zero() {
    let record = json(r#"{"id":"1","views":100,"rating":null,"title":"Alpha"}"#);
    let met = |path: &str, test: Test| Condition::leaf(Path::key(path), test).matches(&record);
    assert!(!met("id", Test::Is(1.0.into())) && met("id", Test::Is("1".into())));
    assert!(met("rating", Test::Is(Json::Null)) && met("rating", Test::IsNot(1.0.into())));
    assert!(met("rating", Test::Less(1.0.into())) && !met("missing", Test::IsNot(1.0.into())));
    assert!(met("id", Test::GreaterOrEqual(1.0.into())));
    assert!(
        met("title", Test::Contains("PH".into())) && met("title", Test::StartsWith("al".into()))
    );
    assert!(
        !met("views", Test::Contains("1".into()))
            && met("views", Test::In(vec!["a".into(), 100.0.into()]))
    );
}

#[test]
fn search_looks_into_every_value_but_falsy_ones() {
    let record = json(r#"{"a":{"b":["Zéro",{"c":42}]},"f":false,"t":true,"zero":0}"#);
    let finds = |text: &str| Search::new(text).matches(&record);
    assert!(
        finds("ZÉRO")
            && finds("42")
            && finds("true")
            && !finds("false")
            && !finds("0")
            && !finds("c")
    );
    assert!(Search::new("o").matches(&"dos".into()) && !Search::new("dos").matches(&"dos".into()));
}

#[test]
fn windows() {
    let slice = |start, end| Window::Slice { start, end }.range(10);
    assert_eq!(slice(-3, Some(-1)), 7..9);
    assert_eq!(slice(0, Some(-1)), 0..9);
    assert_eq!(slice(5, Some(2)), 5..5);
    assert_eq!(Window::Page { number: 3, size: 4 }.range(10), 8..10);
    assert_eq!(Window::Page { number: 9, size: 4 }.range(10), 10..10);
    assert_eq!(Window::ClampedPage { number: 9, size: 4 }.range(10), 8..10);
    assert_eq!(
        Window::ClampedPage {
            number: -1,
            size: 0
        }
        .range(10),
        0..1
    );
    assert_eq!(
        Window::ClampedPage {
            number: 5,
            size: 10
        }
        .range(0),
        0..0
    );
}

fn order(records: &str, order: Order, descending: bool) -> String {
    let Json::Array(records) = json(records) else {
        panic!("a list was expected");
    };
    let records: Vec<Json> = records
        .into_iter()
        .map(|value| json(&format!(r#"{{"k":{value}}}"#)))
        .collect();
    let sort = Sort {
        order,
        keys: vec![SortKey {
            path: Path::lodash("k"),
            descending,
        }],
    };
    let places = sorted(&records, &sort);
    let values = places
        .iter()
        .map(|at| Path::key("k").get(&records[*at]).unwrap().to_string());
    values.collect::<Vec<_>>().join(" ")
}

#[test]
fn v0_sorts_by_code_units_with_null_at_the_end() {
    let texts = r#"["apple",null,"Zebra","é"]"#;
    assert_eq!(
        order(texts, Order::CodeUnits, false),
        r#""Zebra" "apple" "é" null"#
    );
    assert_eq!(
        order(texts, Order::CodeUnits, true),
        r#"null "é" "apple" "Zebra""#
    );
    assert_eq!(order("[10,9,true]", Order::CodeUnits, false), "true 9 10");
}

#[test]
fn v1_sorts_by_collation_with_absent_ones_at_the_end() {
    let texts = r#"["twenty","Zéro","Beta","alpha centauri","Alpha release","","漢"]"#;
    let expected = r#""alpha centauri" "Alpha release" "Beta" "twenty" "Zéro" "漢" """#;
    assert_eq!(order(texts, Order::Collated, false), expected);
    let expected = r#""" "漢" "Zéro" "twenty" "Beta" "Alpha release" "alpha centauri""#;
    assert_eq!(order(texts, Order::Collated, true), expected);
    assert_eq!(order("[3,0,1,null]", Order::Collated, true), "null 3 1 0");
}
