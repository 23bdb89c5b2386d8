//! Which other origins may use the API: preflights answered before routing, replies marked after it.
//! The header sets and texts are those of the originals, which the frontends were built against.

use std::{collections::BTreeSet, time::Duration};

use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};

/// What other origins may do. [`Cors::new`] allows nothing but reading by the origins given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cors {
    /// Who may read replies.
    pub origins: Origins,
    /// Whether cookies and `Authorization` may be sent along.
    pub credentials: bool,
    /// Methods that a preflight is granted, in the order they are listed to it; case counts.
    pub methods: Vec<String>,
    /// Request headers that a preflight is granted.
    pub headers: AllowedHeaders,
    /// Reply headers that scripts may read beyond the usual ones; `*` for all.
    pub expose: Vec<String>,
    /// How long a browser may remember a preflight.
    pub max_age: Duration,
}

/// Origins that may read replies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// Every origin.
    Any,
    /// These, compared byte for byte: scheme, host and port, no slash at the end.
    List(Vec<String>),
}

/// Request headers that a preflight is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowedHeaders {
    /// Whatever it asks for; said back as it was asked.
    Any,
    /// These, and the four that every browser may send: `Accept`, `Accept-Language`, `Content-Language`,
    /// `Content-Type`.
    List(Vec<String>),
}

impl Cors {
    /// These origins may send `GET`, without credentials; a preflight is remembered for ten minutes.
    pub fn new(origins: Origins) -> Self {
        Self {
            origins,
            credentials: false,
            methods: vec!["GET".to_owned()],
            headers: AllowedHeaders::List(Vec::new()),
            expose: Vec::new(),
            max_age: Duration::from_mins(10),
        }
    }

    /// The reply to a preflight; `None` if `request` is none. 200 `OK`, or 400 with what is not allowed.
    pub(super) fn preflight(&self, request: &Request<Body>) -> Option<Response<Body>> {
        let headers = request.headers();
        let origin = headers.get(header::ORIGIN)?;
        let method = headers.get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
        if request.method() != Method::OPTIONS {
            return None;
        }
        let wanted = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
        let refused: Vec<&str> = [
            ("origin", self.allows(origin)),
            (
                "method",
                self.methods
                    .iter()
                    .any(|allowed| method == allowed.as_str()),
            ),
            (
                "headers",
                wanted.is_none_or(|wanted| self.allows_headers(wanted)),
            ),
        ]
        .into_iter()
        .filter_map(|(what, allowed)| (!allowed).then_some(what))
        .collect();
        let (status, text) = match refused.as_slice() {
            [] => (StatusCode::OK, "OK".to_owned()),
            refused => {
                let text = format!("Disallowed CORS {}", refused.join(", "));
                (StatusCode::BAD_REQUEST, text)
            }
        };
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = status;
        self.describe(origin, wanted, response.headers_mut());
        Some(response)
    }

    /// Every header of a preflight's reply.
    fn describe(&self, origin: &HeaderValue, wanted: Option<&HeaderValue>, to: &mut HeaderMap) {
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        to.insert(header::CONTENT_TYPE, plain);
        if self.answers_to_all() {
            to.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
        } else {
            to.insert(header::VARY, HeaderValue::from_static("Origin"));
            if self.allows(origin) {
                to.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            }
        }
        insert_text(
            to,
            header::ACCESS_CONTROL_ALLOW_METHODS,
            &self.methods.join(", "),
        );
        let seconds = HeaderValue::from(self.max_age.as_secs());
        to.insert(header::ACCESS_CONTROL_MAX_AGE, seconds);
        if self.credentials {
            to.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
        }
        match (&self.headers, wanted) {
            (AllowedHeaders::Any, Some(wanted)) => {
                to.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
            }
            (AllowedHeaders::Any, None) => {}
            (AllowedHeaders::List(list), _) => {
                let names: BTreeSet<&str> = SAFELISTED
                    .into_iter()
                    .chain(list.iter().map(String::as_str))
                    .collect();
                let names: Vec<&str> = names.into_iter().collect();
                insert_text(to, header::ACCESS_CONTROL_ALLOW_HEADERS, &names.join(", "));
            }
        }
    }

    /// Adds what a browser needs to see to hand the reply to a page of this `origin`.
    pub(super) fn mark(&self, origin: HeaderValue, response: &mut Response<Body>) {
        let headers = response.headers_mut();
        if self.credentials {
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
        }
        if !self.expose.is_empty() {
            let expose = self.expose.join(", ");
            insert_text(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, &expose);
        }
        if self.answers_to_all() {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
        } else if self.allows(&origin) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            vary_by_origin(headers);
        }
    }

    fn allows(&self, origin: &HeaderValue) -> bool {
        match &self.origins {
            Origins::Any => true,
            Origins::List(list) => list.iter().any(|allowed| origin == allowed.as_str()),
        }
    }

    fn allows_headers(&self, wanted: &HeaderValue) -> bool {
        let AllowedHeaders::List(list) = &self.headers else {
            return true;
        };
        wanted.as_bytes().split(|byte| *byte == b',').all(|name| {
            let name = name.trim_ascii();
            SAFELISTED
                .into_iter()
                .chain(list.iter().map(String::as_str))
                .any(|allowed| name.eq_ignore_ascii_case(allowed.as_bytes()))
        })
    }

    /// Whether `*` may be said: browsers refuse it for requests with credentials.
    fn answers_to_all(&self) -> bool {
        self.origins == Origins::Any && !self.credentials
    }
}

const ANY: HeaderValue = HeaderValue::from_static("*");
const TRUE: HeaderValue = HeaderValue::from_static("true");
const SAFELISTED: [&str; 4] = [
    "Accept",
    "Accept-Language",
    "Content-Language",
    "Content-Type",
];

fn vary_by_origin(headers: &mut HeaderMap) {
    let before: Vec<&str> = headers
        .get_all(header::VARY)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let vary = match before.as_slice() {
        [] => "Origin".to_owned(),
        before => format!("{}, Origin", before.join(", ")),
    };
    insert_text(headers, header::VARY, &vary);
}

/// Configured text that is no header value was complained about at start; here it is left out.
fn insert_text(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}
