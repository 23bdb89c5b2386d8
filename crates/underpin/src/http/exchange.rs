//! One request on its way through a handler: what the extractors read from, and how the reply is made.

use std::sync::{Arc, OnceLock};

use axum::body::{Body, Bytes};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header, request::Parts};
use serde_json::Value;

use super::{Response, location};
use crate::{
    Error, Result,
    error::{ErrorFormat, Failure, Origin},
    middleware::Client,
    validation::{Dialect, Report, body},
};

/// Names and values, decoded.
type Pairs = Vec<(String, String)>;

/// What every exchange of an app has in common.
pub(crate) struct Shared {
    pub(crate) format: Arc<dyn ErrorFormat>,
    pub(crate) dialect: Dialect,
}

impl Shared {
    pub(crate) fn failure(&self, failure: Failure<'_>) -> Response {
        let (status, body) = self.format.render(failure);
        let mut response = super::output::json(status, &body);
        *response.status_mut() = status;
        response
    }

    pub(crate) fn routing_failure(&self, status: StatusCode, detail: &str, path: &str) -> Response {
        let path = &location::shown(path);
        self.failure(Failure {
            status,
            detail: detail.into(),
            origin: Origin::Routing,
            path,
        })
    }
}

/// The readable side of an exchange.
#[derive(Clone, Copy)]
pub(super) struct Read<'a> {
    parts: &'a Parts,
    params: &'a [(Box<str>, String)],
    query: &'a OnceLock<Pairs>,
    dialect: &'a Dialect,
}

impl<'a> Read<'a> {
    /// The value of a path parameter, decoded.
    pub(super) fn param(self, name: &str) -> Option<&'a str> {
        self.params
            .iter()
            .find(|(other, _)| **other == *name)
            .map(|(_, value)| value.as_str())
    }

    /// The query as pairs, decoded as forms are, once however many arguments look at it.
    pub(super) fn query(self) -> &'a [(String, String)] {
        self.query.get_or_init(|| {
            let query = self.parts.uri.query().unwrap_or_default();
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect()
        })
    }

    pub(super) fn headers(self) -> &'a HeaderMap {
        &self.parts.headers
    }

    pub(super) fn content_type(self) -> Option<&'a str> {
        content_type(self.parts)
    }

    pub(super) fn dialect(self) -> &'a Dialect {
        self.dialect
    }
}

/// A request, the faults found in it so far, and the means to answer.
pub struct Exchange {
    parts: Parts,
    path: String,
    params: Vec<(Box<str>, String)>,
    query: OnceLock<Pairs>,
    body: Option<Body>,
    bytes: OnceLock<Bytes>,
    shared: Arc<Shared>,
    /// Faults of path, query, headers and body; any of them makes the reply a 422.
    pub report: Report,
}

impl Exchange {
    pub(super) fn new(
        request: Request<Body>,
        path: String,
        params: Vec<(Box<str>, String)>,
        shared: Arc<Shared>,
    ) -> Self {
        let (parts, body) = request.into_parts();
        let report = Report::default();
        Self {
            parts,
            path,
            params,
            query: OnceLock::new(),
            body: Some(body),
            bytes: OnceLock::new(),
            shared,
            report,
        }
    }

    /// The request's method.
    pub fn method(&self) -> &Method {
        &self.parts.method
    }

    /// The request's target, as sent.
    pub fn uri(&self) -> &Uri {
        &self.parts.uri
    }

    /// The path, percent-decoded.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The request's headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// What layers put beside the request: the request id, the peer's address.
    pub fn extensions(&self) -> &http::Extensions {
        &self.parts.extensions
    }

    /// Who sent it, if it came through a server.
    pub fn client(&self) -> Option<Client> {
        self.parts.extensions.get::<Client>().copied()
    }

    /// How this app's answers differ between FastAPI's versions.
    pub fn dialect(&self) -> &Dialect {
        &self.shared.dialect
    }

    /// What extractors read from, beside the report that they write to.
    pub(super) fn split(&mut self) -> (Read<'_>, &mut Report) {
        let read = Read {
            parts: &self.parts,
            params: &self.params,
            query: &self.query,
            dialect: &self.shared.dialect,
        };
        (read, &mut self.report)
    }

    /// The whole body, read once.
    ///
    /// The layers around the app bound its size (413) and the wait for it (408); an error here is
    /// theirs to answer.
    pub async fn body(&mut self) -> Result<Bytes> {
        if let Some(bytes) = self.bytes.get() {
            return Ok(bytes.clone());
        }
        let body = self.body.take().unwrap_or_default();
        let unread =
            |error| Error::bad_request("There was an error parsing the body").with_source(error);
        let bytes = axum::body::to_bytes(body, usize::MAX)
            .await
            .map_err(unread)?;
        Ok(self.bytes.get_or_init(|| bytes).clone())
    }

    /// The body as it comes, for handlers that stream; empty when it was read already.
    pub fn take_body(&mut self) -> Body {
        self.body.take().unwrap_or_default()
    }

    /// Refuses the caller. A body that is no JSON is told first, as FastAPI does.
    #[doc(hidden)]
    pub async fn refuse(mut self, error: Error, has_body: bool) -> Response {
        if has_body {
            let bytes = match self.body().await {
                Ok(bytes) => bytes,
                Err(error) => return self.fail(&error),
            };
            let content_type = content_type(&self.parts);
            match body::syntax_error(&bytes, content_type, &self.shared.dialect) {
                Err(body::Unreadable) => return self.fail(&unreadable()),
                Ok(Some(fault)) => {
                    self.report = Report::new();
                    self.report.push(fault);
                    return self.invalid();
                }
                Ok(None) => {}
            }
        }
        self.fail(&error)
    }

    /// 422 with every fault found.
    #[doc(hidden)]
    pub fn invalid(mut self) -> Response {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let report = std::mem::take(&mut self.report);
        let detail = report.into_detail(&self.shared.dialect);
        self.failure(status, detail, Origin::Validation)
    }

    /// The reply to an error, logged here and nowhere else.
    #[doc(hidden)]
    pub fn fail(&self, error: &Error) -> Response {
        let status = error.status();
        if status.is_server_error() {
            tracing::error!(
                status = status.as_u16(),
                error = error.chain(),
                "a request failed"
            );
        }
        let origin = error.origin();
        let detail = if error.faults().is_empty() {
            Value::from(error.detail())
        } else {
            let mut report = Report::new();
            error
                .faults()
                .iter()
                .cloned()
                .for_each(|fault| report.push(fault));
            report.into_detail(&self.shared.dialect)
        };
        let mut response = self.failure(status, detail, origin);
        for (name, value) in error.headers() {
            response.headers_mut().append(name.clone(), value.clone());
        }
        response
    }

    fn failure(&self, status: StatusCode, detail: Value, origin: Origin) -> Response {
        let path = &location::shown(&self.path);
        self.shared.failure(Failure {
            status,
            detail,
            origin,
            path,
        })
    }

    /// As if there were no such route.
    pub(crate) fn not_found(&self) -> Response {
        self.shared
            .routing_failure(StatusCode::NOT_FOUND, "Not Found", &self.path)
    }

    /// The finished reply; `status` replaces that of a success.
    #[doc(hidden)]
    pub fn finish(&self, mut response: Response, status: Option<u16>) -> Response {
        if let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok())
            && response.status().is_success()
        {
            *response.status_mut() = status;
        }
        response
    }
}

/// The content type header. One that is no text is there all the same, and names no type that anyone reads.
fn content_type(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::CONTENT_TYPE)?;
    let media_type = value.as_bytes().split(|byte| *byte == b';').next();
    let text = value.to_str().ok();
    text.or_else(|| str::from_utf8(media_type?).ok())
        .or(Some("unreadable"))
}

/// 400, in the words of FastAPI: the body is not UTF-8, or nested absurdly deep.
pub(super) fn unreadable() -> Error {
    Error::bad_request("There was an error parsing the body").made_by(Origin::Body)
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.parts.method, self.path)
    }
}

/// A header value from text that is known to be plain.
pub(super) fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_type_that_is_no_text_is_there_all_the_same() {
        let read = |value: &[u8]| {
            let mut request = Request::new(());
            let value = HeaderValue::from_bytes(value).unwrap();
            request.headers_mut().insert(header::CONTENT_TYPE, value);
            content_type(&request.into_parts().0).map(str::to_owned)
        };
        let json = Some("application/json".to_owned());
        assert_eq!(read(b"application/json"), json);
        assert_eq!(read(b"application/json;a=\xE9"), json);
        assert_eq!(read(b"\xE9"), Some("unreadable".to_owned()));
        let (parts, ()) = Request::new(()).into_parts();
        assert_eq!(content_type(&parts), None);
    }
}
