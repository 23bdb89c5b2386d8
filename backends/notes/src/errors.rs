//! ParchMark's error bodies: four shapes, by where a refusal was made (contract section 2).

use serde_json::{Value, json};
use underpin::{
    error::{ErrorFormat, Failure, Origin},
    http::StatusCode,
};

/// Shape A for the application, B for routing, limits and unreadable bodies, C for validation,
/// D for everything unexpected.
#[derive(Clone, Copy, Debug)]
pub struct ParchMark;

impl ErrorFormat for ParchMark {
    fn render(&self, failure: Failure<'_>) -> (StatusCode, Value) {
        let Failure {
            status,
            detail,
            origin,
            path,
        } = failure;
        match origin {
            Origin::Application => (status, with_path(status, &detail, path)),
            Origin::Unexpected => {
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                (
                    status,
                    with_path(status, &"Internal server error".into(), path),
                )
            }
            Origin::Routing | Origin::Body | Origin::Limit | Origin::Validation => {
                (status, json!({ "detail": detail }))
            }
        }
    }

    fn schema(&self, origin: Origin) -> (&'static str, Value) {
        let detail = json!({ "type": "string", "title": "Detail" });
        match origin {
            Origin::Application | Origin::Unexpected => (
                "ErrorResponse",
                json!({
                    "type": "object",
                    "title": "ErrorResponse",
                    "required": ["detail", "status_code", "path"],
                    "properties": {
                        "detail": detail,
                        "status_code": { "type": "integer", "title": "Status Code" },
                        "path": { "type": "string", "title": "Path" },
                    },
                }),
            ),
            Origin::Routing | Origin::Body | Origin::Limit | Origin::Validation => (
                "RefusalResponse",
                json!({
                    "type": "object",
                    "title": "RefusalResponse",
                    "required": ["detail"],
                    "properties": { "detail": detail },
                }),
            ),
        }
    }
}

fn with_path(status: StatusCode, detail: &Value, path: &str) -> Value {
    json!({ "detail": detail, "status_code": status.as_u16(), "path": path })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(status: u16, origin: Origin, path: &str) -> (u16, String) {
        let status = StatusCode::from_u16(status).unwrap();
        let (status, body) = ParchMark.render(Failure {
            status,
            detail: "Why".into(),
            origin,
            path,
        });
        (status.as_u16(), body.to_string())
    }

    #[test]
    fn each_origin_has_its_shape() {
        let application = rendered(404, Origin::Application, "/api/notes/a");
        let expected = r#"{"detail":"Why","status_code":404,"path":"/api/notes/a"}"#;
        assert_eq!(application, (404, expected.to_owned()));
        let routing = rendered(405, Origin::Routing, "/x");
        assert_eq!(routing, (405, r#"{"detail":"Why"}"#.to_owned()));
        let unexpected = rendered(503, Origin::Unexpected, "/x");
        let expected = r#"{"detail":"Internal server error","status_code":500,"path":"/x"}"#;
        assert_eq!(unexpected, (500, expected.to_owned()));
    }
}
