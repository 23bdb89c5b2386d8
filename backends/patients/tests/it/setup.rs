//! What these tests start from.

use serde_json::{Value, json};
use tokio_postgres::{Client, NoTls};
use underpin::testing::TestProgram;

/// The program on this database.
pub fn patients(address: &str) -> TestProgram {
    TestProgram::new(env!("CARGO_BIN_EXE_patients"))
        .variable("DATABASE_URL", address)
        .variable("LOG_FORMAT", "text")
}

/// A patient whom nothing is wrong with.
pub fn patient(patient_id: &str) -> Value {
    json!({
        "patientID": patient_id, "name": "Nia Moss", "age": 31, "gender": "Female",
        "medicalCondition": "Asthma", "lastVisit": "2024-05-06",
    })
}

/// A session on PostgreSQL, as another program has it.
#[expect(clippy::disallowed_methods, reason = "ends with its client")]
pub async fn postgres(address: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
