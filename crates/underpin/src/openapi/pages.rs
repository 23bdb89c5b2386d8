//! stub
use crate::{StartError, http::Table, openapi::Info};
pub(crate) fn add(_: &mut Table, _: Info, _: &serde_json::Value) -> Result<(), StartError> {
    Ok(())
}
