//! `patients import`, on the contract's file of ten thousand records.

mod checkpoints;
mod killing;
mod odd;
mod together;
mod typed;
mod whole;

use std::{fs, path::PathBuf};

use serde_json::Value;
use underpin::{
    db::{Db, DbConfig, sql},
    testing::{EmptyDb, TestProgram},
};

/// The file, or what it holds of each kind.
fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../contracts/patients")
        .join(name)
}

fn read(path: impl Into<PathBuf>) -> Value {
    serde_json::from_str(&fs::read_to_string(path.into()).unwrap()).unwrap()
}

/// The file as an argument.
fn file() -> String {
    data("patients-10k.db.json").to_str().unwrap().to_owned()
}

/// A file with the first records of it only, in the program's directory.
fn short_file(program: &TestProgram, records: usize) -> String {
    let mut document = read(data("patients-10k.db.json"));
    document["patients"]
        .as_array_mut()
        .unwrap()
        .truncate(records);
    let path = program.directory().join("short.json");
    fs::write(&path, document.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

type Patient = (String, String, i32, String, String, String);

async fn connect(place: &EmptyDb) -> Db {
    Db::connect(DbConfig::new(place.url().clone()))
        .await
        .unwrap()
}

async fn rows(db: &Db) -> Vec<Patient> {
    sql("SELECT patient_id, name, age, gender, medical_condition, CAST(last_visit AS text) AS last_visit
           FROM patients ORDER BY patient_id")
    .fetch_all(db)
    .await
    .unwrap()
}
