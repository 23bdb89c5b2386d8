//! Signed tokens (JWS and JWT): reading, checking, making. Where keys come from is `jwks`; who is meant is the backend's.
//!
//! Two steps, so that each original's rules can be told apart: [`decode`] answers "is this text signed by that key",
//! [`ClaimRules`] answers "do these claims hold now".

mod algorithm;
mod audience;
mod base64url;
mod claims;
mod error;
mod jws;
mod key;
mod numeric_date;
mod rules;
mod small_order;
#[cfg(test)]
pub(in crate::auth) mod tests;
mod verified;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use audience::AudienceRule;
pub use base64url::Spelling;
pub use claims::Claims;
pub use error::TokenError;
pub use jws::{LONGEST_TOKEN, Unverified, decode, encode, encode_with_header};
pub use key::{KeyError, SigningKey, VerifyingKey};
pub use rules::{Absent, ClaimRules};

pub(crate) use base64url::{read as read_base64url, write as write_base64url};
