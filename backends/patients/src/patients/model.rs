//! A patient as it comes in, as it is stored, as it goes out (contract section 3.1). None of these types can be
//! printed: what cannot be printed does not get into a log.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use underpin::{
    db::{Column, FromValue, Mismatch, Row, Value},
    model,
    validation::{EnumSchema, Model, Schema, Validator, iso_date},
};

use super::rules;

/// A new patient.
#[model(request)]
#[derive(Clone)]
pub struct NewPatient {
    /// What the patient is addressed by; unique, case counts.
    #[serde(rename = "patientID")]
    #[field(min_length = 1, max_length = 50, after = rules::storable, example = "P001")]
    pub patient_id: String,
    /// The full name.
    #[field(min_length = 1, max_length = 255, after = rules::name)]
    pub name: String,
    /// In years.
    #[field(gt = 0)]
    pub age: i32,
    /// One of three words.
    pub gender: Gender,
    /// Why the patient comes.
    #[serde(rename = "medicalCondition")]
    #[field(min_length = 1, max_length = 255, after = rules::storable)]
    pub medical_condition: String,
    /// The day of the last visit.
    #[serde(rename = "lastVisit")]
    #[field(before = iso_date::read)]
    pub last_visit: NaiveDate,
}

/// Changes to a patient; what is absent or null stays.
#[model(request)]
pub struct PatientUpdate {
    /// Another key to be addressed by.
    #[serde(rename = "patientID")]
    #[field(min_length = 1, max_length = 50, after = rules::storable)]
    pub patient_id: Option<String>,
    /// The full name.
    #[field(min_length = 1, max_length = 255, after = rules::name)]
    pub name: Option<String>,
    /// In years.
    #[field(gt = 0)]
    pub age: Option<i32>,
    /// One of three words.
    pub gender: Option<Gender>,
    /// Why the patient comes.
    #[serde(rename = "medicalCondition")]
    #[field(min_length = 1, max_length = 255, after = rules::storable)]
    pub medical_condition: Option<String>,
    /// The day of the last visit.
    #[serde(rename = "lastVisit")]
    #[field(before = iso_date::read)]
    pub last_visit: Option<NaiveDate>,
}

/// A patient. Rows that other programs wrote are shown as they are, so neither gender nor day is checked.
#[model(response)]
#[derive(Row)]
pub struct Patient {
    #[serde(rename = "patientID")]
    #[row(column = "patient_id")]
    key: String,
    name: String,
    age: i32,
    gender: String,
    #[serde(rename = "medicalCondition")]
    medical_condition: String,
    #[serde(rename = "lastVisit")]
    last_visit: Day,
    id: i32,
}

/// What stands for a patient's gender.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Gender {
    Male,
    Female,
    Other,
}

impl Gender {
    fn word(self) -> &'static str {
        match self {
            Self::Male => "Male",
            Self::Female => "Female",
            Self::Other => "Other",
        }
    }
}

impl Model for Gender {
    fn schema() -> Schema {
        fn words() -> &'static EnumSchema {
            static WORDS: std::sync::LazyLock<EnumSchema> =
                std::sync::LazyLock::new(|| EnumSchema {
                    name: "Gender",
                    description: None,
                    values: [Gender::Male, Gender::Female, Gender::Other]
                        .map(Gender::word)
                        .to_vec(),
                });
            &WORDS
        }
        Schema::Literal(words)
    }
}

impl From<Gender> for Value {
    fn from(gender: Gender) -> Self {
        gender.word().into()
    }
}

/// A day as the database writes it: `YYYY-MM-DD`, but for those that no calendar of ours has.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Day(String);

impl Model for Day {
    fn schema() -> Schema {
        Schema::Date
    }
}

impl FromValue for Day {
    fn from_value(column: Column<'_>) -> Result<Self, Mismatch> {
        String::from_value(column).map(Self)
    }
}

/// What a patient is addressed by, out of a path.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Key(pub String);

impl Model for Key {
    fn schema() -> Schema {
        Schema::String.judged(Validator::After(rules::storable))
    }
}
