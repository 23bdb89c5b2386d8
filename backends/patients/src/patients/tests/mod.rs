//! Patients over HTTP: each verb, strangers to the contract first.

mod faults;
mod pages;

use serde_json::{Value, json};
use underpin::{
    db::{Db, Engine, sql},
    http::Method,
    testing::{Person, TestApp},
};

use crate::app::app;

/// The app in its current version, and someone who calls it.
pub async fn start(engine: Engine) -> (TestApp, Person) {
    let app = TestApp::new(app(), engine).await;
    let person = app.stranger();
    (app, person)
}

/// A patient whom nothing is wrong with.
pub fn patient(patient_id: &str) -> Value {
    json!({
        "patientID": patient_id, "name": "Nia Moss", "age": 31, "gender": "Female",
        "medicalCondition": "Asthma", "lastVisit": "2024-05-06",
    })
}

/// Runs a statement as another program would.
pub async fn behind_the_back(app: &TestApp, statement: String) {
    let db: Db = app.get();
    sql(statement).rows_affected(&db).await.unwrap();
}

#[underpin::test]
async fn what_nobody_has_is_404(engine: Engine) {
    let (_app, person) = start(engine).await;
    let replies = [
        person.get("/patients/P999").await,
        person.put("/patients/P999", json!({ "age": 5 })).await,
        person.delete("/patients/P999").await,
    ];
    for reply in replies {
        let reply = reply.expect_status(404);
        assert_eq!(
            reply.text(),
            r#"{"detail":"Patient with ID 'P999' not found"}"#
        );
    }
    for path in [
        "/nosuch",
        "//patients",
        "/Patients",
        "/patients/a/b",
        "/patients/a%2Fb",
    ] {
        let reply = person.get(path).await.expect_status(404);
        assert_eq!(reply.text(), r#"{"detail":"Not Found"}"#, "{path}");
    }
}

#[underpin::test]
async fn a_method_that_a_path_lacks_is_405(engine: Engine) {
    let (_app, person) = start(engine).await;
    for (method, path) in [
        (Method::DELETE, "/patients"),
        (Method::HEAD, "/patients"),
        (Method::OPTIONS, "/patients"),
        (Method::PATCH, "/patients/P1"),
        (Method::POST, "/patients/P1"),
    ] {
        let reply = person.request(method, path, "").await.expect_status(405);
        assert_eq!(reply.header("allow"), "GET");
    }
}

#[underpin::test]
async fn a_slash_at_the_end_is_redirected(engine: Engine) {
    let (_app, person) = start(engine).await;
    for (path, to) in [
        ("/patients/?page=2", "http://test/patients?page=2"),
        ("/patients/P1/", "http://test/patients/P1"),
    ] {
        let reply = person.get(path).await.expect_status(307);
        assert_eq!((reply.header("location"), reply.text()), (to, ""));
    }
}

#[underpin::test]
async fn a_patient_is_entered_read_changed_and_deleted(engine: Engine) {
    let (_app, person) = start(engine).await;
    let created = person
        .post("/patients", patient("N001"))
        .await
        .expect_status(201);
    let shown = r#"{"patientID":"N001","name":"Nia Moss","age":31,"gender":"Female","medicalCondition":"Asthma","lastVisit":"2024-05-06","id":1}"#;
    assert_eq!(created.text(), shown);
    assert_eq!(person.get("/patients/N001").await.text(), shown);
    person.get("/patients/n001").await.expect_status(404);
    let change = json!({ "age": "32", "name": null, "lastVisit": "2024-W24-5", "unknown": [] });
    let changed = person.put("/patients/N001", change).await.ok();
    let mut expected = patient("N001");
    (expected["age"], expected["lastVisit"], expected["id"]) =
        (32.into(), "2024-06-14".into(), 1.into());
    assert_eq!(changed, expected);
    assert_eq!(person.put("/patients/N001", json!({})).await.ok(), expected);
    let gone = person.delete("/patients/N001").await.expect_status(204);
    assert_eq!(
        (gone.header("content-type"), gone.text()),
        ("application/json", "")
    );
    assert_eq!(gone.header("content-length"), "");
    person.get("/patients/N001").await.expect_status(404);
}

#[underpin::test]
async fn a_key_belongs_to_one_patient(engine: Engine) {
    let (_app, person) = start(engine).await;
    let taken = r#"{"detail":"Patient with ID 'P1' already exists"}"#;
    person
        .post("/patients", patient("P1"))
        .await
        .expect_status(201);
    let again = person
        .post("/patients", patient("P1"))
        .await
        .expect_status(409);
    assert_eq!(again.text(), taken);
    // A failed insert uses up a number, as in the original.
    let other = person
        .post("/patients", patient("p1"))
        .await
        .expect_status(201);
    assert_eq!(other.body()["id"], 3);
    let renamed = person
        .put("/patients/p1", json!({ "patientID": "P1" }))
        .await;
    assert_eq!(renamed.expect_status(409).text(), taken);
    let renamed = person
        .put("/patients/p1", json!({ "patientID": "P2" }))
        .await
        .ok();
    assert_eq!(
        (&renamed["patientID"], &renamed["id"]),
        (&"P2".into(), &3.into())
    );
    person.get("/patients/p1").await.expect_status(404);
}

#[underpin::test]
async fn any_key_can_be_addressed(engine: Engine) {
    let (_app, person) = start(engine).await;
    for (key, path) in [
        ("a/b", "/patients/a/b"),
        ("a/b/c d", "/patients/a%2Fb%2Fc%20d"),
        ("..", "/patients/%2E%2E"),
        ("%", "/patients/%25"),
        ("+", "/patients/+"),
        (" ", "/patients/%20"),
        ("é\n", "/patients/%C3%A9%0A"),
    ] {
        person
            .post("/patients", patient(key))
            .await
            .expect_status(201);
        assert_eq!(person.get(path).await.ok()["patientID"], key);
        let changed = person.put(path, json!({ "age": 7 })).await.ok();
        assert_eq!(changed["age"], 7);
        person.delete(path).await.expect_status(204);
        person.delete(path).await.expect_status(404);
    }
}

#[underpin::test]
async fn a_row_that_no_rule_allows_is_served_all_the_same(engine: Engine) {
    let (app, person) = start(engine).await;
    let days: &[&str] = match engine {
        Engine::Sqlite => &["2024-01-05"],
        Engine::Postgres => &[
            "2024-01-05",
            "infinity",
            "-infinity",
            "0044-03-15 BC",
            "5874897-12-31",
        ],
    };
    for (number, day) in days.iter().enumerate() {
        let insert =
            "INSERT INTO patients (patient_id, name, age, gender, medical_condition, last_visit)";
        let values = format!("VALUES ('odd {number}', '', 5, 'unknown', '', '{day}')");
        behind_the_back(&app, format!("{insert} {values}")).await;
    }
    let listed = person.get("/patients").await.ok();
    for (number, day) in days.iter().enumerate() {
        let path = format!("/patients/odd%20{number}");
        let odd = person.get(&path).await.ok();
        let shown = (&odd["gender"], &odd["name"], &odd["lastVisit"]);
        assert_eq!(shown, (&"unknown".into(), &"".into(), &(*day).into()));
        assert!(listed["items"].as_array().unwrap().contains(&odd));
        let changed = person.put(&path, json!({ "age": 6 })).await.ok();
        assert_eq!(
            (&changed["age"], &changed["gender"]),
            (&6.into(), &"unknown".into())
        );
        person.delete(&path).await.expect_status(204);
    }
}

#[underpin::test]
async fn a_change_is_dated_only_if_it_is_one(engine: Engine) {
    let (app, person) = start(engine).await;
    person
        .post("/patients", patient("P1"))
        .await
        .expect_status(201);
    let db: Db = app.get();
    let stamps = async || -> bool {
        sql("SELECT created_at = updated_at FROM patients")
            .fetch_one(&db)
            .await
            .unwrap()
    };
    app.clock().advance(chrono::TimeDelta::hours(1));
    let nothing = json!({ "name": "Nia Moss", "lastVisit": "20240506", "age": 31 });
    person.put("/patients/P1", nothing).await.ok();
    assert!(stamps().await);
    person
        .put("/patients/P1", json!({ "lastVisit": "20240507" }))
        .await
        .ok();
    assert!(!stamps().await);
}

#[underpin::test]
async fn the_first_version_lists_and_creates(engine: Engine) {
    let app = TestApp::with(app(), engine, &[("PATIENTS_API", "first")]).await;
    let person = app.stranger();
    assert_eq!(person.get("/patients").await.ok(), json!([]));
    for key in ["P2", "P1"] {
        person
            .post("/patients", patient(key))
            .await
            .expect_status(201);
    }
    person
        .post("/patients", patient("P1"))
        .await
        .expect_status(409);
    let listed = person.get("/patients?search=x&page=0").await.ok();
    let keys: Vec<&Value> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["patientID"])
        .collect();
    assert_eq!(keys, ["P2", "P1"]);
    person.get("/patients/").await.expect_status(307);
    person.put("/patients", json!({})).await.expect_status(405);
    for reply in [
        person.get("/patients/P1").await,
        person.put("/patients/P1", json!({})).await,
        person.delete("/patients/P1").await,
    ] {
        assert_eq!(reply.expect_status(404).text(), r#"{"detail":"Not Found"}"#);
    }
    let document = person.get("/openapi.json").await.ok();
    assert_eq!(document["paths"].as_object().unwrap().len(), 3);
}
