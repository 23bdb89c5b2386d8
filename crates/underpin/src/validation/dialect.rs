//! What differs between versions of FastAPI, so that a backend answers as its original did.

/// The switches. Take one of the constructors and change what the original did otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The Pydantic version named in each fault's `url` (`2.11`); `None` leaves the key out.
    pub pydantic_url: Option<&'static str>,
    /// Whether a body without a `Content-Type` is read as JSON.
    pub json_without_content_type: bool,
    /// Whether a request without a usable bearer token is 403 instead of 401.
    pub forbidden_without_token: bool,
}

impl Dialect {
    /// FastAPI 0.104 with Pydantic 2.11: a `url` in every fault, JSON without a content type, 403
    /// without a token.
    pub const fn fastapi_0_104() -> Self {
        Self {
            pydantic_url: Some("2.11"),
            json_without_content_type: true,
            forbidden_without_token: true,
        }
    }

    /// FastAPI 0.165: no `url`, a body needs its content type, 401 without a token.
    pub const fn fastapi_current() -> Self {
        Self {
            pydantic_url: None,
            json_without_content_type: false,
            forbidden_without_token: false,
        }
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Self::fastapi_current()
    }
}
