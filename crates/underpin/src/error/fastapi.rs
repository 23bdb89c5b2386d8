//! FastAPI's error bodies, the default: `{"detail": …}` whatever happened.

use http::StatusCode;
use serde_json::{Value, json};

use super::{ErrorFormat, Failure, Origin};

/// `{"detail": "a sentence"}`, or for a validation `{"detail": [the faults]}`.
#[derive(Clone, Copy, Debug, Default)]
pub struct FastApi;

impl ErrorFormat for FastApi {
    fn render(&self, failure: Failure<'_>) -> (StatusCode, Value) {
        (failure.status, json!({ "detail": failure.detail }))
    }

    fn schema(&self, _: Origin) -> (&'static str, Value) {
        let detail = json!({ "type": "string", "title": "Detail" });
        let schema = json!({
            "type": "object",
            "title": "ErrorResponse",
            "required": ["detail"],
            "properties": { "detail": detail },
        });
        ("ErrorResponse", schema)
    }
}
