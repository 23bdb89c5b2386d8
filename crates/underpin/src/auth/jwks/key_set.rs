//! A JSON Web Key Set (RFC 7517), cut down to the keys that may verify tokens here.

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;
use tracing::warn;

use super::JwksError;
use crate::auth::token::{Algorithm, KeyError, Spelling, VerifyingKey, read_base64url};

/// Keys of one set that are looked at. Issuers that rotate daily and list keys for a month have 31.
const MOST_KEYS: usize = 256;

/// Usable keys by id.
pub(super) struct KeySet(HashMap<String, Arc<VerifyingKey>>);

impl KeySet {
    /// The usable keys of an answer; an error if it has none, so that it cannot replace a good set.
    pub(super) fn read(answer: &Value, algorithms: &[Algorithm]) -> Result<Self, JwksError> {
        let listed = answer.get("keys").and_then(Value::as_array);
        let listed = listed.ok_or(JwksError::NotAKeySet)?;
        if listed.len() > MOST_KEYS {
            warn!("a key set lists more than {MOST_KEYS} keys; the first ones count");
        }
        let mut keys = HashMap::new();
        for jwk in listed.iter().take(MOST_KEYS) {
            let Some(key_id) = text(jwk, "kid").filter(|id| !id.is_empty()) else {
                continue;
            };
            let Some(key) = usable_key(jwk, algorithms) else {
                continue;
            };
            if keys.contains_key(key_id) {
                warn!("a key set gives one `kid` to several keys; the first counts");
                continue;
            }
            keys.insert(key_id.to_owned(), Arc::new(key));
        }
        if keys.is_empty() {
            return Err(JwksError::NoUsableKey);
        }
        Ok(Self(keys))
    }

    pub(super) fn get(&self, key_id: &str) -> Option<Arc<VerifyingKey>> {
        self.0.get(key_id).cloned()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// The key, unless it is for something else than verifying with an allowed algorithm, or is weak or broken.
fn usable_key(jwk: &Value, algorithms: &[Algorithm]) -> Option<VerifyingKey> {
    let for_signatures = match jwk.get("use") {
        None | Some(Value::Null) => true,
        Some(purpose) => purpose == "sig",
    };
    let for_verifying = match jwk.get("key_ops") {
        None | Some(Value::Null) => true,
        Some(operations) => operations.as_array()?.iter().any(|one| one == "verify"),
    };
    if !for_signatures || !for_verifying {
        return None;
    }
    let key = match public_key(jwk)? {
        Ok(key) => key,
        Err(error) => {
            warn!(%error, "a key of a key set is left out");
            return None;
        }
    };
    let pinned = match jwk.get("alg") {
        None | Some(Value::Null) => true,
        Some(name) => name == key.algorithm().name(),
    };
    (pinned && algorithms.contains(&key.algorithm())).then_some(key)
}

/// The key by its type (RFC 7518, 6; RFC 8037, 2). Shared secrets (`oct`) and unknown types are no keys here:
/// whoever could read them could sign.
fn public_key(jwk: &Value) -> Option<Result<VerifyingKey, KeyError>> {
    let number = |name| {
        let text = text(jwk, name).ok_or(KeyError::Unreadable)?;
        read_base64url(text, Spelling::Tolerant).map_err(|_| KeyError::Unreadable)
    };
    match (text(jwk, "kty")?, text(jwk, "crv")) {
        ("RSA", _) => Some(number("n").and_then(|n| VerifyingKey::from_rsa(n, number("e")?))),
        ("EC", Some("P-256")) => {
            Some(number("x").and_then(|x| VerifyingKey::from_p256(&x, &number("y")?)))
        }
        ("OKP", Some("Ed25519")) => Some(number("x").and_then(VerifyingKey::from_ed25519)),
        _ => None,
    }
}

fn text<'a>(jwk: &'a Value, name: &str) -> Option<&'a str> {
    jwk.get(name)?.as_str()
}
