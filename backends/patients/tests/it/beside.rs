//! The old program's database, with the old program still at work on it.

use serde_json::json;
use tokio_postgres::Client;
use underpin::{
    db::Engine,
    testing::{EmptyDb, TestDb},
};

use crate::setup::{patient, patients, postgres};

/// The statements that the old program sends.
const INSERT: &str =
    "INSERT INTO patients (patient_id, name, age, gender, medical_condition, last_visit)
    VALUES ('P001', 'John Doe', 45, 'Male', 'Hypertension', '2024-01-15'::DATE)
    RETURNING patients.id, patients.created_at, patients.updated_at";
const UPDATE: &str = "UPDATE patients SET age=46, updated_at=now() WHERE patients.id = 1";
const SELECT: &str = "SELECT concat_ws(' ', patients.id, patients.patient_id, patients.name,
        patients.age, patients.gender, patients.medical_condition, patients.last_visit)
    FROM patients ORDER BY patients.patient_id ASC LIMIT 20 OFFSET 0";
const DELETE: &str = "DELETE FROM patients WHERE patients.id = 1";

async fn lines(session: &Client, query: &str) -> Vec<String> {
    let rows = session.query(query, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[underpin::test]
async fn each_program_sees_what_the_other_writes() {
    if !TestDb::available(Engine::Postgres).await {
        return;
    }
    let db = EmptyDb::new(Engine::Postgres).await;
    let old = postgres(&db.address()).await;
    let tables = include_str!("revision_001.sql");
    old.batch_execute(tables).await.unwrap();
    old.batch_execute(INSERT).await.unwrap();
    // As the old container names it.
    let address = db
        .address()
        .replace("postgresql://", "postgresql+psycopg://");
    let program = patients(&address).variable("DATABASE_URL_MIGRATION", &address);
    let running = program.serve().await;
    let person = running.stranger();
    let john = person.get("/patients/P001").await.ok();
    let shown = (&john["name"], &john["lastVisit"], &john["id"]);
    assert_eq!(shown, (&"John Doe".into(), &"2024-01-15".into(), &1.into()));
    old.batch_execute(UPDATE).await.unwrap();
    assert_eq!(person.get("/patients/P001").await.ok()["age"], 46);
    let change = json!({ "patientID": "P000", "lastVisit": 0 });
    person.put("/patients/P001", &change).await.ok();
    let new = patient("P002");
    person.post("/patients", &new).await.expect_status(201);
    person.post("/patients", &new).await.expect_status(409);
    let seen = lines(&old, SELECT).await;
    let expected = [
        "1 P000 John Doe 46 Male Hypertension 1970-01-01",
        "2 P002 Nia Moss 31 Female Asthma 2024-05-06",
    ];
    assert_eq!(seen, expected);
    old.batch_execute(DELETE).await.unwrap();
    person.get("/patients/P000").await.expect_status(404);
    assert_eq!(person.get("/patients").await.ok()["total"], 1);
    let version = lines(&old, "SELECT version_num FROM alembic_version").await;
    assert_eq!(version, ["001"]);
}
