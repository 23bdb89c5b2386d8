//! The bearer token of a request, read as FastAPI's `HTTPBearer` reads it. What to answer is the backend's.

use std::fmt;

use http::{HeaderMap, HeaderValue, header};

use crate::{Error, validation::Dialect};

/// Why a request carries no bearer token. Each backend answers as its contract says
/// (notes 5.2: 403 with two texts; tasks 3.1: one 401).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BearerProblem {
    /// No `Authorization` header, or an empty one.
    Missing,
    /// A single word: `Bearer` alone, a token without a scheme, a tab for the space.
    NoCredentials,
    /// Another scheme, with a value: `Basic …`, `Token …`.
    OtherScheme,
    /// A bearer token with bytes outside visible ASCII: no token of any kind looks so.
    Unreadable,
}

impl fmt::Display for BearerProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Missing => "no Authorization header",
            Self::NoCredentials => "the Authorization header is a single word",
            Self::OtherScheme => "the Authorization header has another scheme",
            Self::Unreadable => "the bearer token is not ASCII",
        })
    }
}

impl std::error::Error for BearerProblem {}

impl BearerProblem {
    /// What FastAPI's `HTTPBearer` answers: 403 in two wordings before version 0.122, since then one 401.
    ///
    /// An unreadable token is a refused one: 401 in any version, in the words of the dialect's 401.
    pub fn refusal(self, dialect: &Dialect) -> Error {
        match self {
            Self::Missing | Self::NoCredentials if dialect.forbidden_without_token => {
                Error::forbidden("Not authenticated")
            }
            Self::OtherScheme if dialect.forbidden_without_token => {
                Error::forbidden("Invalid authentication credentials")
            }
            _ => Error::unauthorized("Not authenticated")
                .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
        }
    }
}

/// The token of `Authorization: Bearer …` (RFC 6750, 2.1; contracts notes 5.2, tasks 3.1).
///
/// The scheme is compared without regard to case. All that follows the first space is the token,
/// unstripped, so a second space becomes part of it and the token fails later. Of several headers
/// the first counts.
pub fn bearer(headers: &HeaderMap) -> Result<&str, BearerProblem> {
    let value = match headers.get(header::AUTHORIZATION) {
        Some(value) if !value.is_empty() => value.as_bytes(),
        _ => return Err(BearerProblem::Missing),
    };
    let mut parts = value.splitn(2, |byte| *byte == b' ');
    let scheme = parts.next().unwrap_or_default();
    let credentials = parts.next().unwrap_or_default();
    if scheme.is_empty() || credentials.is_empty() {
        return Err(BearerProblem::NoCredentials);
    }
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Err(BearerProblem::OtherScheme);
    }
    match std::str::from_utf8(credentials) {
        Ok(token) if token.is_ascii() => Ok(token),
        _ => Err(BearerProblem::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(value: &[u8]) -> Result<String, BearerProblem> {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::AUTHORIZATION,
            HeaderValue::from_bytes(value).unwrap(),
        );
        bearer(&headers).map(str::to_owned)
    }

    #[test]
    fn every_row_of_the_contract() {
        use BearerProblem::{Missing, NoCredentials, OtherScheme, Unreadable};
        assert_eq!(bearer(&HeaderMap::new()), Err(Missing));
        assert_eq!(read(b""), Err(Missing));
        for single in [&b"Bearer"[..], b"Bearer ", b"abc.def.ghi", b"Bearer\tabc"] {
            assert_eq!(read(single), Err(NoCredentials), "{single:?}");
        }
        for other in [
            &b"Basic YTpi"[..],
            b"Token x",
            b"Digest a=b",
            b"Bearer\tx y",
        ] {
            assert_eq!(read(other), Err(OtherScheme), "{other:?}");
        }
        for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
            assert_eq!(read(format!("{scheme} abc").as_bytes()), Ok("abc".into()));
        }
        assert_eq!(read(b"Bearer  abc"), Ok(" abc".into()));
        assert_eq!(read(b"Bearer a b"), Ok("a b".into()));
        assert_eq!(read(b"Bearer \xff"), Err(Unreadable));
        assert_eq!(read("Bearer é".as_bytes()), Err(Unreadable));
    }
}
