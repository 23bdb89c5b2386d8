//! The claims of a token, as an object and as the JSON text that was signed.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::TokenError;

/// The claims of a token whose signature was verified. `Debug` shows their names, not their values.
#[derive(Clone, PartialEq, Eq)]
pub struct Claims {
    object: Map<String, Value>,
    json: String,
}

impl Claims {
    /// Reads the payload; it must be a JSON object (RFC 7519, 7.2). Of a repeated name the last counts.
    pub(super) fn from_payload(payload: Vec<u8>) -> Result<Self, TokenError> {
        let json = String::from_utf8(payload).map_err(|_| TokenError::Malformed)?;
        let object = serde_json::from_str(&json).map_err(|_| TokenError::Malformed)?;
        Ok(Self { object, json })
    }

    /// The claim `name`, whatever its type; `Some(Null)` if it is null.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.object.get(name)
    }

    /// The claim `name`, if it is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The claims by name, in the order of the token.
    pub fn object(&self) -> &Map<String, Value> {
        &self.object
    }

    /// The JSON text as it was signed.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The claims as a type of the backend.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, TokenError> {
        serde_json::from_str(&self.json).map_err(|_| TokenError::Malformed)
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Claims ")?;
        formatter.debug_set().entries(self.object.keys()).finish()
    }
}
