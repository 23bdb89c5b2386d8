//! `patients import`: how records of the old program's file, or of another database, become patients.

mod checkpoint;
mod names;

use serde_json::{Map, Value as Json};
use underpin::{
    Result,
    cli::Command,
    db::{Db, Transaction, Value},
    import::{self, Checkpoint, Finding, Findings, Import, Label, Table},
};

use super::model::NewPatient;

const TABLE: Table = Table {
    kept: &["id", "created_at", "updated_at"],
    made: &["created_at"],
    changed: &["updated_at"],
    ..Table::new(
        "patients",
        "patient_id",
        &[
            "patient_id",
            "name",
            "age",
            "gender",
            "medical_condition",
            "last_visit",
        ],
    )
};

/// What columns are called, and fields were called once.
const OLD_NAMES: [(&str, &str); 3] = [
    ("patient_id", "patientID"),
    ("medical_condition", "medicalCondition"),
    ("last_visit", "lastVisit"),
];

/// The verb.
pub fn command() -> Command {
    let about =
        "Import patients from a db.json, NDJSON, CSV, or another database; verify; roll back";
    import::command(about, |context| {
        let db = context.get::<Db>()?;
        Ok(PatientImport { db: Db::clone(&db) })
    })
}

/// Patients, by their `patientID`.
pub struct PatientImport {
    db: Db,
}

impl Import for PatientImport {
    type Record = NewPatient;

    const KEY: &'static str = "patientID";

    fn table(&self) -> Table {
        TABLE
    }

    fn row(&self, new: NewPatient) -> Vec<Value> {
        vec![
            new.patient_id.into(),
            new.name.into(),
            new.age.into(),
            new.gender.into(),
            new.medical_condition.into(),
            new.last_visit.into(),
        ]
    }

    fn at(&self) -> Vec<&'static str> {
        vec!["patients"]
    }

    /// The file's `id` is dropped for a number of the database's own.
    fn known_fields(&self) -> &'static [&'static str] {
        &["id", "created_at", "updated_at"]
    }

    fn adapt(&self, record: &mut Map<String, Json>) {
        for (old, new) in OLD_NAMES {
            if !record.contains_key(new)
                && let Some(value) = record.shift_remove(old)
            {
                record.insert(new.to_owned(), value);
            }
        }
    }

    fn notice(&self, record: &Map<String, Json>, findings: &mut Findings<'_>) {
        if record.get("id").is_none_or(Json::is_null) {
            findings.notice("id", "missing_id");
        }
        for field in ["patientID", "name", "medicalCondition"] {
            let text = record.get(field).and_then(Json::as_str);
            if text.and_then(names::script).is_some() {
                findings.notice(field, "unicode");
            }
        }
    }

    fn label(&self, finding: &Finding<'_>) -> Label {
        names::label(finding)
    }

    async fn on_checkpoint(&self, on: &mut Transaction, checkpoint: &Checkpoint) -> Result<()> {
        checkpoint::keep(self.db.engine(), on, checkpoint).await
    }
}
