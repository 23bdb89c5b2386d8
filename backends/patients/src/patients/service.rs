//! What a patient may be and do (contract sections 3.2 and 3.3).

use underpin::{Clock, Error, Provide, Result};

use super::{
    model::{NewPatient, Patient, PatientUpdate},
    page::{PageQuery, PatientPage},
    repository::PatientsRepository,
};
use crate::app::errors::failed_to;

#[derive(Clone, Debug, Provide)]
pub struct PatientsService {
    repository: PatientsRepository,
    clock: Clock,
}

impl PatientsService {
    pub async fn list(&self) -> Result<Vec<Patient>> {
        let listed = self.repository.list().await;
        listed.map_err(failed_to("fetch patients"))
    }

    pub async fn page(&self, query: &PageQuery) -> Result<PatientPage> {
        let found = self.repository.page(query.part()?, query.term()).await;
        let (items, total) = found.map_err(failed_to("fetch patients"))?;
        Ok(PatientPage::new(query, items, total))
    }

    pub async fn get(&self, patient_id: &str) -> Result<Patient> {
        let found = self.repository.get(patient_id).await;
        let found = found.map_err(failed_to("fetch patient"))?;
        found.ok_or_else(|| not_found(patient_id))
    }

    pub async fn create(&self, new: &NewPatient) -> Result<Patient> {
        let created = self.repository.insert(new, self.clock.now()).await;
        let created = created.map_err(failed_to("create patient"))?;
        created.ok_or_else(|| taken(&new.patient_id))
    }

    /// The key itself may change; it must not be that of another.
    pub async fn update(&self, patient_id: &str, change: &PatientUpdate) -> Result<Patient> {
        let now = self.clock.now();
        let updated = self.repository.update(patient_id, change, now).await;
        let updated = updated.map_err(|error| match &change.patient_id {
            Some(wanted) if error.violates_unique() => taken(wanted),
            _ => failed_to("update patient")(error),
        })?;
        updated.ok_or_else(|| not_found(patient_id))
    }

    pub async fn delete(&self, patient_id: &str) -> Result<()> {
        let deleted = self.repository.delete(patient_id).await;
        let deleted = deleted.map_err(failed_to("delete patient"))?;
        deleted.then_some(()).ok_or_else(|| not_found(patient_id))
    }
}

fn not_found(patient_id: &str) -> Error {
    Error::not_found(format!("Patient with ID '{patient_id}' not found"))
}

fn taken(patient_id: &str) -> Error {
    Error::conflict(format!("Patient with ID '{patient_id}' already exists"))
}
