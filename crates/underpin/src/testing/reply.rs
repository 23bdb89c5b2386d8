//! An answer as tests look at it.

use axum::body::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::http::Response;

/// A whole answer. Its methods panic, with the answer in the message, when it is not as expected.
#[derive(Clone, Debug)]
pub struct Reply {
    to: String,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    pub(super) async fn read(to: String, response: Response) -> Self {
        let reply = Self::try_read(to, response).await;
        reply.expect("the whole body")
    }

    /// Fails if the connection ends before the body does.
    pub(super) async fn try_read(to: String, response: Response) -> Result<Self, axum::Error> {
        let (parts, body) = response.into_parts();
        Ok(Self {
            to,
            status: parts.status,
            headers: parts.headers,
            body: axum::body::to_bytes(body, usize::MAX).await?,
        })
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The value of a header; empty if it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("plain text"))
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body's bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    /// The body as JSON.
    pub fn body(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} answered no JSON: {}", self.to, self.text()))
    }

    /// This, if the status is as expected.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        let found = self.status.as_u16();
        assert!(
            found == status,
            "{} answered {found}, not {status}: {}",
            self.to,
            self.text()
        );
        self
    }

    /// The JSON body of a 200.
    #[track_caller]
    pub fn ok(self) -> Value {
        self.expect_status(200).body()
    }
}
