//! Why another server's answer could not be had: host and reason, nothing that could be secret.

use std::{error::Error as StdError, fmt, time::Duration};

use http::StatusCode;

/// A request that brought no usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchError {
    pub(super) host: String,
    pub(super) problem: FetchProblem,
}

/// What was wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchProblem {
    /// The address is not `http://host…` or `https://host…`, or names a user.
    Address,
    /// The bearer token cannot stand in a header.
    Token,
    /// No connection, or it broke; with the innermost reason.
    Unreachable(String),
    /// Not done within this time.
    TooSlow(Duration),
    /// The body is longer than this many bytes.
    TooLarge(usize),
    /// An answer, but no 2xx: an error or a redirect.
    Status(StatusCode),
    /// The body is not JSON.
    NotJson,
}

impl FetchError {
    /// Host and port that were asked.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What was wrong.
    pub fn problem(&self) -> &FetchProblem {
        &self.problem
    }
}

impl FetchProblem {
    /// The innermost cause says why; those around it only say that it failed.
    pub(super) fn unreachable(error: &(dyn StdError + 'static)) -> Self {
        let mut innermost = error;
        while let Some(cause) = innermost.source() {
            innermost = cause;
        }
        Self::Unreachable(innermost.to_string())
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.host, self.problem)
    }
}

impl fmt::Display for FetchProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address => {
                formatter.write_str("the address must start with http:// or https:// and a host")
            }
            Self::Token => formatter.write_str("the token cannot be sent in a header"),
            Self::Unreachable(reason) => write!(formatter, "cannot be reached: {reason}"),
            Self::TooSlow(limit) => write!(formatter, "no answer within {limit:?}"),
            Self::TooLarge(limit) => write!(formatter, "the answer is longer than {limit} bytes"),
            Self::Status(status) => write!(formatter, "answered {status}"),
            Self::NotJson => formatter.write_str("the answer is not JSON"),
        }
    }
}

impl std::error::Error for FetchError {}
