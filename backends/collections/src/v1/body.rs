//! Request bodies as v1 reads them: JSON, whatever type they are said to have.

use underpin::http::{Body, Method, StatusCode};

use super::{Failure, reply};
use crate::app::{
    http::{
        body::{self, Unread},
        fault,
    },
    value::{self, Json, Object},
};

/// The longest body.
const LIMIT: usize = 102_400;

/// Whether requests with this method have a body.
pub fn is_expected(method: &Method) -> bool {
    matches!(
        *method,
        Method::POST | Method::PUT | Method::PATCH | Method::DELETE
    )
}

/// The body; an empty object if there is none.
pub async fn read(body: Body, strict: bool) -> Result<Json, Failure> {
    let bytes = match body::read(body, LIMIT).await {
        Ok(bytes) => bytes,
        Err(Unread::TooLarge) => {
            let text = format!("Payload too large. Limit: {LIMIT} bytes");
            return Err(Failure::original(&text));
        }
        Err(Unread::Broken) => return Err(Failure::Reply(Box::new(reply::bad_request()))),
    };
    if bytes.is_empty() {
        return Ok(Json::Object(Object::new()));
    }
    let text = String::from_utf8_lossy(&bytes);
    value::parse(&text).map_err(|error| {
        let text = fault::words(&text, &error, true);
        if strict {
            Failure::original(&text)
        } else {
            Failure::mended(StatusCode::BAD_REQUEST, &text)
        }
    })
}
