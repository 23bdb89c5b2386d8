//! The compact form of a signed token (RFC 7515): taking it apart, verifying, putting it together.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    Claims, KeyError, SigningKey, Spelling, TokenError, VerifyingKey, read_base64url,
    write_base64url,
};

/// Longer tokens are refused unread, in bytes. (A user record with 3,000 characters of name fits; tasks 3.3.)
pub const LONGEST_TOKEN: usize = 16 * 1024;

/// A token in its parts; nothing about it is proven yet.
pub struct Unverified<'a> {
    signed: &'a str,
    payload: &'a str,
    header: Map<String, Value>,
    signature: Vec<u8>,
    spelling: Spelling,
}

impl<'a> Unverified<'a> {
    /// Takes a token apart: three segments, and a header that is a JSON object without `crit`.
    pub fn parse(token: &'a str, spelling: Spelling) -> Result<Self, TokenError> {
        if token.len() > LONGEST_TOKEN {
            return Err(TokenError::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        if payload.contains('.') {
            return Err(TokenError::Malformed);
        }
        let header: Map<String, Value> = serde_json::from_slice(&read_base64url(header, spelling)?)
            .map_err(|_| TokenError::Malformed)?;
        if header.contains_key("crit") {
            return Err(TokenError::CriticalExtension);
        }
        Ok(Self {
            signed,
            payload,
            header,
            signature: read_base64url(signature, spelling)?,
            spelling,
        })
    }

    /// The header's `kid`, if it is a string and not empty.
    ///
    /// `jku`, `jwk`, `x5u` and `x5c` are never looked at: a token does not choose who vouches for it
    /// (RFC 8725, 3.10).
    pub fn key_id(&self) -> Option<&str> {
        let key_id = self.header.get("kid")?.as_str()?;
        (!key_id.is_empty()).then_some(key_id)
    }

    /// The header's `alg`, if it is a string.
    pub fn algorithm(&self) -> Option<&str> {
        self.header.get("alg")?.as_str()
    }

    /// The claims, if `key` signed them and `alg` is exactly the key's algorithm.
    pub fn verify(&self, key: &VerifyingKey) -> Result<Claims, TokenError> {
        if self.algorithm() != Some(key.algorithm().name()) {
            return Err(TokenError::WrongAlgorithm);
        }
        key.verify(self.signed.as_bytes(), &self.signature)?;
        Claims::from_payload(read_base64url(self.payload, self.spelling)?)
    }
}

impl fmt::Debug for Unverified<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Unverified").finish_non_exhaustive()
    }
}

/// The claims of `token`, if it is well-formed and signed by `key`. Whether they hold is for
/// [`super::ClaimRules`] to say.
pub fn decode(token: &str, key: &VerifyingKey, spelling: Spelling) -> Result<Claims, TokenError> {
    Unverified::parse(token, spelling)?.verify(key)
}

/// Signs `claims`, which must turn into a JSON object, under the header `{"alg":…,"typ":"JWT"}`.
///
/// The JSON is compact and in the order of the fields, so equal claims give equal tokens
/// (contract notes 5.1).
pub fn encode(claims: &impl Serialize, key: &SigningKey) -> Result<String, KeyError> {
    let header = json!({"alg": key.algorithm().name(), "typ": "JWT"});
    encode_with_header(&header, claims, key)
}

/// Signs `claims` under a header of the caller's: an issuer's with a `kid`, or a recorded one.
pub fn encode_with_header(
    header: &Value,
    claims: &impl Serialize,
    key: &SigningKey,
) -> Result<String, KeyError> {
    let claims = serde_json::to_vec(claims).map_err(|_| KeyError::Signing)?;
    let mut token = write_base64url(header.to_string());
    token.push('.');
    token.push_str(&write_base64url(claims));
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    token.push_str(&write_base64url(signature));
    Ok(token)
}
