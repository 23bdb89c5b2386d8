//! What went wrong: one error type for handlers, services and repositories. How it looks is `format.rs`.

mod failure;
mod fastapi;

use std::{borrow::Cow, error::Error as StdError, fmt};

use http::{HeaderName, HeaderValue, StatusCode, header};

pub use failure::{ErrorFormat, Failure, Origin};
pub use fastapi::FastApi;

use crate::validation::Fault;

/// What every fallible function of a backend returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn StdError + Send + Sync>;

/// A status and a sentence for the client, and a source for the log that the client never sees.
///
/// Any foreign error turns into [`Error::internal`] by `?`.
pub struct Error(Box<Inner>);

struct Inner {
    status: StatusCode,
    origin: Origin,
    detail: Cow<'static, str>,
    headers: Vec<(HeaderName, HeaderValue)>,
    doing: Vec<Cow<'static, str>>,
    source: Option<Source>,
    faults: Vec<Fault>,
}

impl Error {
    /// An error with `status` whose `detail` the client reads.
    pub fn new(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            status,
            origin: Origin::Application,
            detail: detail.into(),
            headers: Vec::new(),
            doing: Vec::new(),
            source: None,
            faults: Vec::new(),
        }))
    }

    /// 400: the request cannot be served as it is.
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 401: the caller is not known. Add `WWW-Authenticate` with [`Error::with_header`].
    pub fn unauthorized(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, detail)
    }

    /// 403: the caller is known and may not.
    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// 404: there is no such thing, or it is someone else's.
    pub fn not_found(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// 409: the state does not allow it.
    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, detail)
    }

    /// 422: the request has the right shape, but not a content that can be kept.
    pub fn unprocessable(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    /// 422 with these faults, as if the request's shape had been wrong: for rules that only a service can know.
    pub fn invalid(faults: Vec<Fault>) -> Self {
        let mut error = Self::unprocessable("The request is not valid").made_by(Origin::Validation);
        error.0.faults = faults;
        error
    }

    /// 500: the client learns nothing, the log all of `source`.
    pub fn internal(source: impl Into<Source>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            .made_by(Origin::Unexpected)
            .with_source(source)
    }

    /// 503: something this program needs (database, issuer) does not answer now.
    pub fn unavailable(source: impl Into<Source>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
            .made_by(Origin::Unexpected)
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
            .with_source(source)
    }

    /// Says where the refusal was made, if not in the application.
    #[must_use]
    pub fn made_by(mut self, origin: Origin) -> Self {
        self.0.origin = origin;
        self
    }

    /// Adds a header to the reply.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// Adds the cause, for the log only.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Adds what was being done, for the log only: "reading the key set".
    #[must_use]
    pub fn doing(mut self, what: impl Into<Cow<'static, str>>) -> Self {
        self.0.doing.push(what.into());
        self
    }

    /// The status of the reply.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Where the refusal was made.
    pub fn origin(&self) -> Origin {
        self.0.origin
    }

    /// What the client reads.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// What is wrong with the request, if this is made by [`Error::invalid`].
    pub(crate) fn faults(&self) -> &[Fault] {
        &self.0.faults
    }

    /// Headers that the reply carries beside those of the error format.
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.0.headers
    }

    /// The cause, if it is an `E`.
    pub fn source_as<E: StdError + 'static>(&self) -> Option<&E> {
        self.0.source.as_ref()?.downcast_ref()
    }

    /// For the log: what was being done, the detail, and the chain of causes.
    pub fn chain(&self) -> String {
        let mut text = String::new();
        for step in self.0.doing.iter().rev() {
            text.push_str(step);
            text.push_str(": ");
        }
        text.push_str(&self.0.detail);
        let mut cause: Option<&(dyn StdError + 'static)> = match &self.0.source {
            Some(source) => Some(&**source),
            None => None,
        };
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.0.status.as_u16(), self.chain())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.detail)
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(source: E) -> Self {
        Self::internal(source)
    }
}
