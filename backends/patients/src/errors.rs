//! What a client reads when something fails that is not its fault (contract section 3.3, without the driver's text).

use underpin::{
    Error,
    error::Origin,
    http::{HeaderValue, StatusCode, header},
};

/// Dresses an error as a failed attempt to `act`: "Failed to fetch patients: …". What the client itself did
/// wrong stays as it is. The cause goes to the log; neither it nor the sentence holds anything of a patient.
pub fn failed_to(act: &'static str) -> impl FnOnce(Error) -> Error {
    move |error| {
        if error.status().is_client_error() {
            return error;
        }
        let passing = error.status() == StatusCode::SERVICE_UNAVAILABLE;
        let reason = if passing {
            "the database does not answer"
        } else {
            "internal error"
        };
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let dressed = Error::new(status, format!("Failed to {act}: {reason}"))
            .made_by(Origin::Unexpected)
            .with_source(error.chain());
        if passing {
            dressed.with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
        } else {
            dressed
        }
    }
}
