//! Nothing about a patient is in any log, however much is logged and whatever goes wrong.

use serde_json::json;
use underpin::{
    db::{DbUrl, Engine},
    http::Method,
    testing::{EmptyDb, TestClient},
};

use crate::setup::{self, patient, patients};

/// What would tell something about a patient: keys, names, conditions, days.
const TELLING: [&str; 6] = [
    "Secret",
    "Nia Moss",
    "Asthma",
    "2024-05-06",
    "1987",
    "Unheard",
];

#[underpin::test]
async fn no_log_tells_anything_about_a_patient(engine: Engine) {
    let db = EmptyDb::new(engine).await;
    let program = patients(&db.address())
        .variable("LOG_LEVEL", "trace")
        .variable("SLOW_STATEMENT", "0");
    let running = program.serve().await;
    let person = running.stranger();
    everything_asked(&person).await;
    if let DbUrl::Postgres(_) = db.url() {
        // A row that the database refuses, and a table that is gone.
        let session = setup::postgres(&db.address()).await;
        let refuse = "ALTER TABLE patients ADD CHECK (name <> 'Unheard-of')";
        session.batch_execute(refuse).await.unwrap();
        let mut refused = patient("Secret-3");
        refused["name"] = "Unheard-of".into();
        let reply = person.post("/patients", &refused).await.expect_status(500);
        assert_eq!(
            reply.text(),
            r#"{"detail":"Failed to create patient: internal error"}"#
        );
        session.batch_execute("DROP TABLE patients").await.unwrap();
        let reply = person.get("/patients/Secret-1").await.expect_status(500);
        assert_eq!(
            reply.text(),
            r#"{"detail":"Failed to fetch patient: internal error"}"#
        );
    }
    running.ask_to_stop();
    let log = running.finished().await.errors;
    assert!(
        log.contains("GET /patients/{patient_id} answered 200"),
        "{log}"
    );
    assert!(log.contains("GET (no route) answered 404"), "{log}");
    for word in TELLING {
        assert!(!log.contains(word), "{word} is in the log:\n{log}");
    }
}

async fn everything_asked(person: &TestClient) {
    let mut new = patient("Secret-1");
    new["age"] = 1987.into();
    person.post("/patients", &new).await.expect_status(201);
    person.post("/patients", &new).await.expect_status(409);
    person
        .post("/patients", &patient("Secret-2"))
        .await
        .expect_status(201);
    let rename = json!({ "patientID": "Secret-1" });
    person
        .put("/patients/Secret-2", &rename)
        .await
        .expect_status(409);
    let wrong = json!({ "age": "1987 or so", "lastVisit": "Unheard" });
    person
        .put("/patients/Secret-1", &wrong)
        .await
        .expect_status(422);
    for path in [
        "/patients/Secret-1",
        "/patients?search=Secret&sort_by=Secret",
        "/patients?search=Unheard&page=7",
    ] {
        person.get(path).await.expect_status(200);
    }
    for path in [
        "/patients/Secret-9",
        "/patients/a/Secret",
        "/Secret-1",
        "/patient/Secret-1",
    ] {
        person.get(path).await.expect_status(404);
    }
    person.get("/patients/Secret-1/").await.expect_status(307);
    person.get("/patients/Secret%00").await.expect_status(422);
    let patched = person.send(Method::PATCH, "/patients/Secret-1", None).await;
    patched.unwrap().expect_status(405);
    person.delete("/patients/Secret-2").await.expect_status(204);
}
