//! Scenarios of the patients app: one of its versions, over records that were there before.

use std::process::Command;

use super::{
    candidate::Candidate,
    scenario::{Engine, Stage, literal},
};
use crate::{output::Failure, postgres::Postgres, process, surroundings::Surroundings};

/// The columns of a record in the order of the contract.
const COLUMNS: &str = "patient_id, name, age, gender, medical_condition, last_visit";

/// Each scenario starts a candidate of its own.
pub fn arguments(stage: &Stage<'_>, underpin: &mut Command) -> Result<(), Failure> {
    underpin.args(["--start", &stage.step("start")?]);
    Ok(())
}

/// Makes the table, fills it as the contract says, and starts the version that was recorded.
pub fn start(stage: &Stage<'_>, postgres: &Postgres) -> Result<String, Failure> {
    stage.clear()?;
    let mut environment = recorded_environment(&Surroundings::recorded("ENV").unwrap_or_default());
    environment.push(stage.database(postgres)?);
    let version = Surroundings::recorded("SERVER");
    environment.extend(version.map(|version| ("PATIENTS_API".to_owned(), version)));
    let mut migrate = Command::new(stage.program());
    migrate
        .args(["migrate", "up"])
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .current_dir(&stage.folder);
    process::stdout(&mut migrate)?;
    if let Some(records) = stage.start_data()? {
        stage.sql(&seed(stage.engine, &records), postgres)?;
    }
    if let Some(statements) = Surroundings::recorded("SQL_BEFORE") {
        stage.sql(&statements, postgres)?;
    }
    Candidate::new(&stage.program())
        .args(["serve"])
        .envs(&environment)
        .start(&stage.folder)
}

/// One row for each record, in the order of the file; the databases read JSON themselves.
fn seed(engine: Engine, records: &str) -> String {
    let records = literal(records);
    match engine {
        Engine::Postgres => format!(
            "TRUNCATE patients RESTART IDENTITY;
             INSERT INTO patients ({COLUMNS})
             SELECT r->>'patientID', r->>'name', (r->>'age')::integer, r->>'gender',
                    r->>'medicalCondition', (r->>'lastVisit')::date
               FROM json_array_elements({records}::json->'patients') WITH ORDINALITY AS t (r, n)
              ORDER BY n;"
        ),
        Engine::Sqlite => format!(
            "DELETE FROM patients;
             INSERT INTO patients ({COLUMNS})
             SELECT value->>'patientID', value->>'name', value->>'age', value->>'gender',
                    value->>'medicalCondition', value->>'lastVisit'
               FROM json_each({records}, '$.patients') ORDER BY key;"
        ),
    }
}

/// `A=b C=<default: d>` sets `A`; what a pointed bracket opens is a remark.
fn recorded_environment(line: &str) -> Vec<(String, String)> {
    let pair = |word: &str| {
        let (name, value) = word.split_once('=')?;
        (!value.starts_with('<')).then(|| (name.to_owned(), value.to_owned()))
    };
    line.split_whitespace().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_not_set() {
        let line = "ENVIRONMENT=production CORS_ORIGINS=<default: http://a,http://b> X=";
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            recorded_environment(line),
            [pair("ENVIRONMENT", "production"), pair("X", "")]
        );
    }
}
