//! Why a key set could not be had: for the log and for a program's `check`.

use std::{fmt, time::Duration};

use crate::http_client::FetchError;

/// Why a key set could not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JwksError {
    /// The issuer gave no usable answer.
    Fetch(FetchError),
    /// Discovery and key set together took longer than this.
    TooSlow(Duration),
    /// The discovery document has no `jwks_uri`.
    NoKeySetAddress,
    /// The issuer is asked over https, but names an address without TLS.
    WithoutTls,
    /// The answer is no key set (RFC 7517, 5).
    NotAKeySet,
    /// The set has no key that this program may use.
    NoUsableKey,
}

impl From<FetchError> for JwksError {
    fn from(error: FetchError) -> Self {
        Self::Fetch(error)
    }
}

impl fmt::Display for JwksError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fetch(error) => error.fmt(formatter),
            Self::TooSlow(limit) => write!(formatter, "no key set within {limit:?}"),
            Self::NoKeySetAddress => {
                formatter.write_str("the discovery document has no `jwks_uri`")
            }
            Self::WithoutTls => formatter.write_str(
                "the issuer has https, but its discovery document names an http address",
            ),
            Self::NotAKeySet => formatter.write_str("the answer is no JSON Web Key Set"),
            Self::NoUsableKey => {
                formatter.write_str("the key set has no key that may be used here")
            }
        }
    }
}

impl std::error::Error for JwksError {}
