//! Patients over HTTP: addresses, shapes. No rules, no SQL.

use underpin::{
    Context, Error, Result, StartError, delete,
    error::Origin,
    get,
    http::{Created, Json, NoContent, Path, Query, Router, StatusCode, Valid},
    post, put, routes,
};

use super::{
    model::{Key, NewPatient, Patient, PatientUpdate},
    page::{PageQuery, PatientPage},
    service::PatientsService,
};
use crate::app::config::{ApiVersion, Settings};

/// The first version: plain arrays, as json-server gives them.
pub fn first() -> Router {
    Router::new("/patients")
        .tag("patients")
        .when(|context| is(context, ApiVersion::First))
        .routes(routes![list, create])
}

/// Pages, and every verb. The first route of a path is the one that a 405 names (contract section 3.3).
pub fn head() -> Router {
    Router::new("/patients")
        .tag("patients")
        .when(|context| is(context, ApiVersion::Head))
        .routes(routes![page, create, read, update, remove])
        .routes(routes![read_slashed, update_slashed, remove_slashed])
}

fn is(context: &Context, version: ApiVersion) -> Result<bool, StartError> {
    Ok(context.get::<Settings>()?.api == version)
}

/// List all patients in the order in which they were entered.
#[get("", name = "list_patients")]
async fn list(patients: PatientsService) -> Result<Json<Vec<Patient>>> {
    Ok(Json(patients.list().await?))
}

/// List a page of patients.
#[get("", name = "list_patients")]
async fn page(patients: PatientsService, query: Query<PageQuery>) -> Result<Json<PatientPage>> {
    Ok(Json(patients.page(&query).await?))
}

/// Enter a patient.
#[post("", name = "create_patient", fails(409))]
async fn create(patients: PatientsService, new: Valid<NewPatient>) -> Result<Created<Patient>> {
    Ok(Created(patients.create(&new).await?))
}

/// Read one patient.
#[get("/{patient_id}", name = "get_patient", fails(404))]
async fn read(patients: PatientsService, patient_id: Path<Key>) -> Result<Json<Patient>> {
    Ok(Json(patients.get(&patient_id.0.0).await?))
}

/// Change one patient; what is absent or null stays.
#[put("/{patient_id}", name = "update_patient", fails(404, 409))]
async fn update(
    patients: PatientsService,
    patient_id: Path<Key>,
    change: Valid<PatientUpdate>,
) -> Result<Json<Patient>> {
    Ok(Json(patients.update(&patient_id.0.0, &change).await?))
}

/// Delete one patient.
#[delete("/{patient_id}", name = "delete_patient", fails(404))]
async fn remove(patients: PatientsService, patient_id: Path<Key>) -> Result<NoContent> {
    patients.delete(&patient_id.0.0).await?;
    Ok(NoContent)
}

/// The same for a key with slashes in it, written as they are or encoded.
#[get("/{patient_id}/{*rest}", hidden)]
async fn read_slashed(
    patients: PatientsService,
    patient_id: Path<Key>,
    rest: Path<Key>,
) -> Result<Json<Patient>> {
    let found = patients.get(&slashed(&patient_id, &rest)).await;
    Ok(Json(found.map_err(no_route)?))
}

/// As [`update`], for a key with slashes in it.
#[put("/{patient_id}/{*rest}", hidden)]
async fn update_slashed(
    patients: PatientsService,
    patient_id: Path<Key>,
    rest: Path<Key>,
    change: Valid<PatientUpdate>,
) -> Result<Json<Patient>> {
    let key = slashed(&patient_id, &rest);
    Ok(Json(
        patients.update(&key, &change).await.map_err(no_route)?,
    ))
}

/// As [`remove`], for a key with slashes in it.
#[delete("/{patient_id}/{*rest}", hidden)]
async fn remove_slashed(
    patients: PatientsService,
    patient_id: Path<Key>,
    rest: Path<Key>,
) -> Result<NoContent> {
    let key = slashed(&patient_id, &rest);
    patients.delete(&key).await.map_err(no_route)?;
    Ok(NoContent)
}

fn slashed(first: &Key, rest: &Key) -> String {
    format!("{}/{}", first.0, rest.0)
}

/// Where nobody has such a key, the original has no such address.
fn no_route(error: Error) -> Error {
    if error.status() == StatusCode::NOT_FOUND {
        return Error::not_found("Not Found").made_by(Origin::Routing);
    }
    error
}
