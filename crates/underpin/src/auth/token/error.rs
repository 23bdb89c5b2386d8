//! Why a token is refused: for logs, metrics and tests. It never carries any part of the token.

use std::fmt;

/// Why a token is refused. Clients should not be told which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenError {
    /// Longer than [`super::LONGEST_TOKEN`].
    TooLong,
    /// Not three segments of base64url, or header or claims are no JSON objects.
    Malformed,
    /// The header demands an extension (`crit`, RFC 7515 4.1.11); none is understood.
    CriticalExtension,
    /// `alg` is absent or not exactly the algorithm of the key (RFC 8725, 3.1).
    WrongAlgorithm,
    /// The header has no `kid`, or one that is empty or no string.
    NoKeyId,
    /// No usable key has this `kid`, or the key set cannot be had at the moment.
    UnknownKey,
    /// The key did not make this signature.
    WrongSignature,
    /// `exp` has passed.
    Expired,
    /// `nbf` is still to come.
    NotYetValid,
    /// `iat` is still to come, and the rules mind.
    IssuedInFuture,
    /// The named claim is absent, of the wrong type or not the expected value.
    Claim(&'static str),
}

impl fmt::Display for TokenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::TooLong => "the token is too long",
            Self::Malformed => "the token is malformed",
            Self::CriticalExtension => "the token demands an unknown extension",
            Self::WrongAlgorithm => "the token's algorithm is not that of the key",
            Self::NoKeyId => "the token names no key",
            Self::UnknownKey => "the token's key is not known",
            Self::WrongSignature => "the token's signature is wrong",
            Self::Expired => "the token has expired",
            Self::NotYetValid => "the token is not valid yet",
            Self::IssuedInFuture => "the token was issued in the future",
            Self::Claim(name) => return write!(formatter, "the token's claim `{name}` is refused"),
        })
    }
}

impl std::error::Error for TokenError {}
