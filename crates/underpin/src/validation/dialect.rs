//! What differs between versions of FastAPI, so that a backend answers as its original did.

/// The switches. Take one of the constructors and change what the original did otherwise.
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches that do not depend on each other"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The Pydantic version named in each fault's `url` (`2.11`); `None` leaves the key out.
    pub pydantic_url: Option<&'static str>,
    /// Whether a body without a `Content-Type` is read as JSON.
    pub json_without_content_type: bool,
    /// Whether a body of `null` is a missing body, and not a value of the wrong type.
    pub null_is_missing: bool,
    /// Whether malformed JSON with a comma before a closing bracket is told in those words, as from Python
    /// 3.13 on, and not as a missing element.
    pub names_trailing_comma: bool,
    /// Whether a request without a usable bearer token is 403 instead of 401.
    pub forbidden_without_token: bool,
}

impl Dialect {
    /// FastAPI 0.104 with Pydantic 2.11, on Python 3.13: a `url` in every fault, JSON without a content type, 403
    /// without a token.
    pub const fn fastapi_0_104() -> Self {
        Self {
            pydantic_url: Some("2.11"),
            json_without_content_type: true,
            null_is_missing: true,
            names_trailing_comma: true,
            forbidden_without_token: true,
        }
    }

    /// FastAPI 0.127 with Pydantic 2.12, on Python 3.11 or 3.12: no `url`, 401 without a token.
    pub const fn fastapi_0_127() -> Self {
        Self {
            pydantic_url: None,
            names_trailing_comma: false,
            forbidden_without_token: false,
            ..Self::fastapi_0_104()
        }
    }

    /// FastAPI 0.165: as 0.127, but a body needs its content type, and `null` is a body.
    ///
    /// The words stay those of Pydantic 2.12; 2.14 has others for UUIDs and for maps that are too
    /// long.
    pub const fn fastapi_current() -> Self {
        Self {
            pydantic_url: None,
            json_without_content_type: false,
            null_is_missing: false,
            names_trailing_comma: true,
            forbidden_without_token: false,
        }
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Self::fastapi_current()
    }
}
