//! Patients at rest. The table has no owner: whoever may call the API may see every patient.

use chrono::{DateTime, Utc};
use underpin::{
    Provide, Result,
    db::{Columns, Db, DecodeError, FromRow, RowRef, Statement, dialects, sql},
};

use super::{
    model::{NewPatient, Patient, PatientUpdate},
    page::{Part, Sort},
};

#[derive(Clone, Debug, Provide)]
pub struct PatientsRepository {
    db: Db,
}

impl PatientsRepository {
    /// Everyone, in the order in which they were entered.
    pub async fn list(&self) -> Result<Vec<Patient>> {
        sql("SELECT patient_id, name, age, gender, medical_condition,
                    CAST(last_visit AS text) AS last_visit, id
               FROM patients ORDER BY id")
        .fetch_all(&self.db)
        .await
    }

    /// A part of all patients, or of those who have `term` in their key or name, with the number of them all.
    pub async fn page(&self, part: Part, term: Option<&str>) -> Result<(Vec<Patient>, i64)> {
        // built: the orders and the search make twelve of one text, each of them asked for in the tests
        let mut query = sql(statement(part, term.is_some()))
            .bind(part.limit)
            .bind(part.offset);
        if let Some(term) = term {
            query = query.bind(term);
        }
        let rows: Vec<Counted> = query.fetch_all(&self.db).await?;
        let total = match rows.first() {
            Some(row) => row.total,
            None if part.offset == 0 => 0,
            None => self.count(term).await?,
        };
        Ok((rows.into_iter().map(|row| row.patient).collect(), total))
    }

    /// How many there are, or have `term` in their key or name.
    async fn count(&self, term: Option<&str>) -> Result<i64> {
        let Some(term) = term else {
            return sql("SELECT COUNT(*) FROM patients")
                .fetch_one(&self.db)
                .await;
        };
        sql(dialects(
            "SELECT COUNT(*) FROM patients
              WHERE instr(underpin_lower(patient_id), underpin_lower($1)) > 0
                 OR instr(underpin_lower(name), underpin_lower($1)) > 0",
            "SELECT COUNT(*) FROM patients
              WHERE strpos(lower(patient_id), lower($1)) > 0 OR strpos(lower(name), lower($1)) > 0",
        ))
        .bind(term)
        .fetch_one(&self.db)
        .await
    }

    pub async fn get(&self, patient_id: &str) -> Result<Option<Patient>> {
        sql("SELECT patient_id, name, age, gender, medical_condition,
                    CAST(last_visit AS text) AS last_visit, id
               FROM patients WHERE patient_id = $1")
        .bind(patient_id)
        .fetch_optional(&self.db)
        .await
    }

    /// The new row; `None` if the key is taken. A number is used up in either case, as in the original.
    pub async fn insert(&self, new: &NewPatient, at: DateTime<Utc>) -> Result<Option<Patient>> {
        sql(
            "INSERT INTO patients (patient_id, name, age, gender, medical_condition, last_visit,
                                   created_at, updated_at)
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
             ON CONFLICT (patient_id) DO NOTHING
               RETURNING patient_id, name, age, gender, medical_condition,
                         CAST(last_visit AS text) AS last_visit, id",
        )
        .bind(&new.patient_id)
        .bind(&new.name)
        .bind(new.age)
        .bind(new.gender)
        .bind(&new.medical_condition)
        .bind(new.last_visit)
        .bind(at)
        .fetch_optional(&self.db)
        .await
    }

    /// The row as it is after the change; `None` if there is none. What is absent stays, and `updated_at` moves
    /// only if something really changes.
    pub async fn update(
        &self,
        patient_id: &str,
        change: &PatientUpdate,
        at: DateTime<Utc>,
    ) -> Result<Option<Patient>> {
        sql("UPDATE patients
                SET patient_id = COALESCE($2, patient_id),
                    name = COALESCE($3, name),
                    age = COALESCE($4, age),
                    gender = COALESCE($5, gender),
                    medical_condition = COALESCE($6, medical_condition),
                    last_visit = COALESCE($7, last_visit),
                    updated_at = CASE
                        WHEN COALESCE($2, patient_id) <> patient_id OR COALESCE($3, name) <> name
                          OR COALESCE($4, age) <> age OR COALESCE($5, gender) <> gender
                          OR COALESCE($6, medical_condition) <> medical_condition
                          OR COALESCE($7, last_visit) <> last_visit
                        THEN $8 ELSE updated_at END
              WHERE patient_id = $1
          RETURNING patient_id, name, age, gender, medical_condition,
                    CAST(last_visit AS text) AS last_visit, id")
        .bind(patient_id)
        .bind(change.patient_id.as_deref())
        .bind(change.name.as_deref())
        .bind(change.age)
        .bind(change.gender)
        .bind(change.medical_condition.as_deref())
        .bind(change.last_visit)
        .bind(at)
        .fetch_optional(&self.db)
        .await
    }

    /// `false` if there is no such patient.
    pub async fn delete(&self, patient_id: &str) -> Result<bool> {
        let rows = sql("DELETE FROM patients WHERE patient_id = $1")
            .bind(patient_id)
            .rows_affected(&self.db)
            .await?;
        Ok(rows == 1)
    }
}

/// A row of a page, and how many rows all pages have together.
struct Counted {
    patient: Patient,
    total: i64,
}

impl FromRow for Counted {
    const COLUMNS: Columns = Columns::Positional(8);

    fn from_row(row: &RowRef<'_>) -> Result<Self, DecodeError> {
        let patient = Patient::from_row(row)?;
        let total = row.get(7)?;
        Ok(Self { patient, total })
    }
}

/// One text for both engines, for everyone and for those who are looked for. The columns are those of a patient,
/// in the order of its fields; the count is found once, whatever the number of rows.
macro_rules! pages {
    ($order:literal) => {
        (
            dialects(
                pages!(@ "", $order),
                pages!(@ "", $order),
            ),
            dialects(
                pages!(@ " WHERE instr(underpin_lower(patient_id), underpin_lower($3)) > 0
                             OR instr(underpin_lower(name), underpin_lower($3)) > 0", $order),
                pages!(@ " WHERE strpos(lower(patient_id), lower($3)) > 0
                             OR strpos(lower(name), lower($3)) > 0", $order),
            ),
        )
    };
    (@ $condition:literal, $order:literal) => {
        concat!(
            "SELECT patient_id, name, age, gender, medical_condition,
                    CAST(last_visit AS text) AS last_visit, id,
                    (SELECT COUNT(*) FROM patients", $condition, ") AS total
               FROM patients", $condition, " ORDER BY ", $order, " LIMIT $1 OFFSET $2"
        )
    };
}

fn statement(part: Part, searching: bool) -> Statement {
    let (everyone, found) = match (part.sort, part.descending) {
        (Sort::PatientId, false) => pages!("patient_id"),
        (Sort::PatientId, true) => pages!("patient_id DESC"),
        (Sort::Name, false) => pages!("name, id"),
        (Sort::Name, true) => pages!("name DESC, id"),
        (Sort::Age, false) => pages!("age, id"),
        (Sort::Age, true) => pages!("age DESC, id"),
    };
    if searching { found } else { everyone }
}
