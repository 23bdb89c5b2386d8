//! Pages: their numbers, orders and searches.

use serde_json::{Value, json};
use underpin::{db::Engine, testing::Person};

use super::{patient, start};

/// Enters patients of these keys, names and ages.
async fn enter(person: &Person, patients: &[(&str, &str, i32)]) {
    for (key, name, age) in patients {
        let mut new = patient(key);
        (new["name"], new["age"]) = ((*name).into(), (*age).into());
        person.post("/patients", new).await.expect_status(201);
    }
}

/// The keys on a page, in its order.
async fn keys(person: &Person, query: &str) -> Vec<String> {
    let page = person.get(&format!("/patients?{query}")).await.ok();
    let items = page["items"].as_array().unwrap();
    let key = |item: &Value| item["patientID"].as_str().unwrap().to_owned();
    items.iter().map(key).collect()
}

#[underpin::test]
async fn a_page_tells_where_it_stands(engine: Engine) {
    let (_app, person) = start(engine).await;
    let empty = r#"{"items":[],"total":0,"page":1,"page_size":20,"total_pages":0}"#;
    assert_eq!(person.get("/patients").await.text(), empty);
    assert_eq!(person.get("/patients?search=x").await.text(), empty);
    enter(&person, &[("C", "x", 1), ("A", "y", 2), ("B", "z", 3)]).await;
    assert_eq!(keys(&person, "page_size=2").await, ["A", "B"]);
    assert_eq!(keys(&person, "page_size=2&page=2").await, ["C"]);
    let numbers = |page: &Value| {
        let named = ["total", "page", "page_size", "total_pages"];
        named.map(|name| page[name].as_u64().unwrap())
    };
    for (query, expected) in [
        ("page_size=2&page=2", [3, 2, 2, 2]),
        ("page=9", [3, 9, 20, 1]),
        ("search=x&page=9", [1, 9, 20, 1]),
        ("page=%2B02&page_size=1_0", [3, 2, 10, 1]),
        ("page=1&page=2.0&page_size=3", [3, 2, 3, 1]),
        ("page=9223372036854775808&page_size=1", [3, 1 << 63, 1, 3]),
        ("page_size=9223372036854775807", [3, 1, (1 << 63) - 1, 1]),
    ] {
        let page = person.get(&format!("/patients?{query}")).await.ok();
        assert_eq!(numbers(&page), expected, "{query}");
    }
}

#[underpin::test]
async fn numbers_out_of_range_are_told_all_at_once(engine: Engine) {
    let (_app, person) = start(engine).await;
    let fault = |name: &str, kind: &str, input: &str| json!({ "type": kind, "loc": ["query", name], "input": input });
    for (query, expected) in [
        ("page=0", vec![fault("page", "greater_than_equal", "0")]),
        (
            "page=-1&page_size=0",
            vec![
                fault("page", "greater_than_equal", "-1"),
                fault("page_size", "greater_than_equal", "0"),
            ],
        ),
        (
            "page=&page_size=1.5",
            vec![
                fault("page", "int_parsing", ""),
                fault("page_size", "int_parsing", "1.5"),
            ],
        ),
        (
            "page=9223372036854775809&page_size=1",
            vec![fault("page", "less_than_equal", "9223372036854775809")],
        ),
        (
            "page=4611686018427387904&page_size=4",
            vec![fault("page", "less_than_equal", "4611686018427387904")],
        ),
        (
            "page_size=9223372036854775808",
            vec![fault("page_size", "less_than_equal", "9223372036854775808")],
        ),
        (
            "page=99999999999999999999",
            vec![fault("page", "less_than_equal", "99999999999999999999")],
        ),
        ("search=a%00", vec![fault("search", "value_error", "a\0")]),
    ] {
        let reply = person.get(&format!("/patients?{query}")).await;
        let mut body = reply.expect_status(422).body();
        for item in body["detail"].as_array_mut().unwrap() {
            let item = item.as_object_mut().unwrap();
            item.retain(|name, _| ["type", "loc", "input"].contains(&name.as_str()));
        }
        assert_eq!(body["detail"], Value::from(expected), "{query}");
    }
}

#[underpin::test]
async fn each_order_has_one_outcome(engine: Engine) {
    let (_app, person) = start(engine).await;
    let patients = [
        ("P3", "Bo", 7),
        ("P1", "Cy", 7),
        ("P4", "Bo", 9),
        ("P2", "Al", 7),
    ];
    enter(&person, &patients).await;
    for (query, expected) in [
        ("", ["P1", "P2", "P3", "P4"]),
        (
            "sort_by=patient_id&sort_order=DESC",
            ["P4", "P3", "P2", "P1"],
        ),
        ("sort_by=name", ["P2", "P3", "P4", "P1"]),
        ("sort_by=name&sort_order=desc", ["P1", "P3", "P4", "P2"]),
        ("sort_by=age", ["P3", "P1", "P2", "P4"]),
        ("sort_by=age&sort_order=Desc", ["P4", "P3", "P1", "P2"]),
        (
            "sort_by=gender&sort_order=sideways",
            ["P1", "P2", "P3", "P4"],
        ),
    ] {
        assert_eq!(keys(&person, query).await, expected, "{query}");
        let searched = format!("search=p&{query}");
        assert_eq!(keys(&person, &searched).await, expected, "{searched}");
        let mut single = Vec::new();
        for page in 1..=4 {
            single.extend(keys(&person, &format!("{query}&page_size=1&page={page}")).await);
        }
        assert_eq!(single, expected, "{query}, one by one");
    }
}

#[underpin::test]
async fn a_search_finds_what_is_written(engine: Engine) {
    let (_app, person) = start(engine).await;
    let patients = [
        ("P_1", "Björn ÉMILE", 1),
        ("P%2", "Straße", 1),
        ("px3", r"back\slash", 1),
        ("Q4", "日本 Ann Lee", 1),
    ];
    enter(&person, &patients).await;
    for (term, expected) in [
        ("", vec!["P%2", "P_1", "Q4", "px3"]),
        ("p", vec!["P%2", "P_1", "px3"]),
        ("_", vec!["P_1"]),
        ("%25", vec!["P%2"]),
        ("%5C", vec!["px3"]),
        ("p_", vec!["P_1"]),
        ("BJ%C3%96RN%20%C3%A9", vec!["P_1"]),
        ("stra%C3%9Fe", vec!["P%2"]),
        ("strasse", vec![]),
        ("%E6%9C%AC%20ann", vec!["Q4"]),
        ("%20lee", vec!["Q4"]),
        ("lee%20", vec![]),
        ("asthma", vec![]),
        ("x&search=q", vec!["Q4"]),
    ] {
        let query = format!("search={term}");
        assert_eq!(keys(&person, &query).await, expected, "{query}");
    }
}
