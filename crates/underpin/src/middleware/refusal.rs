//! A refusal made by a layer, put into the app's error format.

use std::borrow::Cow;

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::error::{ErrorFormat, Failure, Origin};

/// What a layer answers in place of the router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) detail: &'static str,
    pub(super) origin: Origin,
    /// Seconds after which the client may try again.
    pub(super) retry_after: Option<u32>,
}

impl Refusal {
    /// A limit of the server was reached.
    pub(super) const fn limit(status: StatusCode, detail: &'static str) -> Self {
        Self {
            status,
            detail,
            origin: Origin::Limit,
            retry_after: None,
        }
    }

    /// The reply, rendered by `format` for the (encoded) `path`.
    pub(super) fn reply(self, format: &dyn ErrorFormat, path: &str) -> Response<Body> {
        let path: Cow<'_, str> = percent_decode_str(path).decode_utf8_lossy();
        let (status, body) = format.render(Failure {
            status: self.status,
            detail: Value::from(self.detail),
            origin: self.origin,
            path: &path,
        });
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
