//! Refused bodies, as clients read them.

use serde_json::{Value, json};
use underpin::{db::Engine, http::Method};

use super::{behind_the_back, patient, start};

/// What is said of one field that has this value.
async fn told(engine: Engine, field: &str, value: Value) -> Vec<String> {
    let (_app, person) = start(engine).await;
    let mut new = patient("P1");
    new[field] = value;
    let change = json!({ field: new[field] });
    let refused = person.post("/patients", new).await.expect_status(422);
    let changed = person.put("/patients/P1", change).await;
    if changed.status() == 422 {
        assert_eq!(changed.text(), refused.text());
    }
    let detail = refused.body();
    let items = detail["detail"].as_array().unwrap();
    items.iter().map(Value::to_string).collect()
}

#[underpin::test]
async fn every_fault_of_a_body_is_told(engine: Engine) {
    let (_app, person) = start(engine).await;
    let new = json!({ "patientID": "", "name": " \t", "age": 2_147_483_648_u64, "gender": "X",
        "medicalCondition": "a\u{0}b", "lastVisit": "2024-02-30" });
    let reply = person.post("/patients", new).await.expect_status(422);
    let pretty = format!("{:#}", reply.body());
    insta::allow_duplicates! {
        insta::assert_snapshot!("every_fault_of_a_body", pretty);
    }
}

#[underpin::test]
async fn what_is_missing_is_told_in_order(engine: Engine) {
    let (_app, person) = start(engine).await;
    let reply = person.post("/patients", json!({})).await.expect_status(422);
    let names = [
        "patientID",
        "name",
        "age",
        "gender",
        "medicalCondition",
        "lastVisit",
    ];
    let missing = names.map(|name| {
        json!({ "type": "missing", "loc": ["body", name], "msg": "Field required", "input": {} })
    });
    assert_eq!(reply.text(), json!({ "detail": missing }).to_string());
}

#[underpin::test]
async fn what_a_database_cannot_keep_is_refused_before(engine: Engine) {
    let nul = r#""msg":"Value error, NUL characters cannot be kept","input":"a\u0000","ctx":{"error":{}}}"#;
    for field in ["patientID", "name", "medicalCondition"] {
        let loc = format!(r#"{{"type":"value_error","loc":["body","{field}"],{nul}"#);
        assert_eq!(told(engine, field, json!("a\0")).await, [loc]);
    }
    let age = r#"{"type":"less_than_equal","loc":["body","age"],"msg":"Input should be less than or equal to 2147483647","input":2147483648,"ctx":{"le":2147483647}}"#;
    assert_eq!(told(engine, "age", json!(2_147_483_648_u64)).await, [age]);
    let (_app, person) = start(engine).await;
    let reply = person.get("/patients/a%00").await.expect_status(422);
    let path =
        format!(r#"{{"detail":[{{"type":"value_error","loc":["path","patient_id"],{nul}]}}"#);
    assert_eq!(reply.text(), path);
}

#[underpin::test]
async fn a_name_is_not_blank_and_other_texts_may_be(engine: Engine) {
    for blank in [" ", "\u{a0}\n"] {
        let faults = told(engine, "name", json!(blank)).await;
        assert!(
            faults[0].contains("Value error, A name cannot be blank"),
            "{faults:?}"
        );
    }
    let (_app, person) = start(engine).await;
    let mut new = patient(" ");
    new["medicalCondition"] = " ".into();
    new["name"] = " x ".into();
    let kept = person
        .post("/patients", new)
        .await
        .expect_status(201)
        .body();
    assert_eq!(
        (&kept["name"], &kept["medicalCondition"]),
        (&" x ".into(), &" ".into())
    );
}

#[underpin::test]
async fn lax_values_are_taken(engine: Engine) {
    let (_app, person) = start(engine).await;
    let cases = [
        ("age", json!(" 5 "), json!(5)),
        ("age", json!("+05.0"), json!(5)),
        ("age", json!(1e3), json!(1000)),
        ("age", json!(true), json!(1)),
        ("age", json!(2_147_483_647), json!(2_147_483_647)),
        ("lastVisit", json!("20240105"), json!("2024-01-05")),
        ("lastVisit", json!("2024W015"), json!("2024-01-05")),
        ("lastVisit", json!(1_704_412_800), json!("2024-01-05")),
        (
            "lastVisit",
            json!(1_704_412_800_000_u64),
            json!("2024-01-05"),
        ),
        ("lastVisit", json!(-86400), json!("1969-12-31")),
        ("lastVisit", json!("0001-01-01"), json!("0001-01-01")),
        ("lastVisit", json!("9999-12-31"), json!("9999-12-31")),
    ];
    for (number, (field, value, kept)) in cases.into_iter().enumerate() {
        let mut new = patient(&format!("P{number}"));
        new[field] = value;
        let created = person
            .post("/patients", new)
            .await
            .expect_status(201)
            .body();
        assert_eq!(created[field], kept);
    }
}

#[underpin::test]
async fn bodies_that_are_no_object_are_named(engine: Engine) {
    let (_app, person) = start(engine).await;
    let json = person
        .clone()
        .with_header("content-type", "application/json");
    for (body, kind) in [
        ("", "missing"),
        ("null", "missing"),
        ("[]", "model_attributes_type"),
        ("5", "model_attributes_type"),
        ("{bad", "json_invalid"),
        (r#"{"name": NaN}"#, "missing"),
    ] {
        for sender in [&person, &json] {
            let reply = sender.request(Method::POST, "/patients", body).await;
            let reply = reply.expect_status(422).body();
            assert_eq!(reply["detail"][0]["type"], kind, "{body}");
        }
    }
    let text = person.clone().with_header("content-type", "text/plain");
    let reply = text.request(Method::POST, "/patients", "{}").await;
    let expected = r#"{"detail":[{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","input":"{}"}]}"#;
    assert_eq!(reply.expect_status(422).text(), expected);
    let deep = "[".repeat(100_000);
    let reply = json
        .request(Method::POST, "/patients", deep)
        .await
        .expect_status(400);
    assert_eq!(
        reply.text(),
        r#"{"detail":"There was an error parsing the body"}"#
    );
}

/// Bodies, statuses, answers: see `tests/samples/from_pydantic.py`.
#[underpin::test]
async fn every_answer_is_pydantics(engine: Engine) {
    let lines = include_str!("../../../tests/samples/pydantic.json");
    let lines: Vec<(String, u16, String)> = serde_json::from_str(lines).unwrap();
    assert!(lines.iter().filter(|line| line.1 == 201).count() > 20);
    let (app, person) = start(engine).await;
    for (sent, status, expected) in lines {
        let reply = person
            .request(Method::POST, "/patients", sent.clone())
            .await
            .expect_status(status);
        if status != 201 {
            assert_eq!(reply.text(), expected, "{sent}");
            continue;
        }
        let mut created = reply.body();
        let id = created.as_object_mut().unwrap().remove("id").unwrap();
        assert_eq!(created.to_string(), expected, "{sent}");
        behind_the_back(&app, format!("DELETE FROM patients WHERE id = {id}")).await;
    }
}
