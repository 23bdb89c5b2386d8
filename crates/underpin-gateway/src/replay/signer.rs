//! Signs the tokens that `_auth` describes with a key of our own, valid ones and forged ones.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
    signature::{Ed25519KeyPair, KeyPair},
};

use crate::{
    compare::decode_jwt_part,
    json::{Json, Text},
};

/// Claims that move with the present.
const MOMENTS: [&str; 3] = ["iat", "exp", "nbf"];

/// A key pair made for this run, and another one that nobody trusts.
pub struct Signer {
    trusted: Ed25519KeyPair,
    foreign: Ed25519KeyPair,
    key_id: String,
}

impl Signer {
    /// Makes new keys; the trusted one is published under `key_id`, the id that the recording uses.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn new(key_id: &str) -> Result<Signer, String> {
        Ok(Signer {
            trusted: key_pair()?,
            foreign: key_pair()?,
            key_id: key_id.to_owned(),
        })
    }

    /// The key set to serve (RFC 7517, RFC 8037).
    pub fn jwks(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.trusted.public_key().as_ref());
        serde_json::json!({"keys": [
            {"alg": "EdDSA", "crv": "Ed25519", "x": x, "kty": "OKP", "kid": self.key_id}
        ]})
        .to_string()
    }

    /// The token that `auth` describes, or else the one in the recorded header, moved by `shift`
    /// microseconds; none if there is nothing to sign.
    pub fn sign(&self, auth: &Json, recorded: &str, shift: i64) -> Option<String> {
        let mut parts = recorded.rsplit(' ').next().unwrap_or_default().split('.');
        let mut described = |name: &str| {
            let own = parts.next().and_then(decode_jwt_part);
            auth.get(name).cloned().or(own)
        };
        let (header, claims) = (described("header")?, described("claims")?);
        let claims = moved(&claims, shift);
        let variant = auth.get("token").and_then(Json::as_str).unwrap_or_default();
        let part = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_compact());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let algorithm = header.get("alg").and_then(Json::as_str).unwrap_or_default();
        let seal = match algorithm {
            "none" => Vec::new(),
            "HS256" => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, b"a secret that nobody trusts");
                hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
            }
            _ if is_forged(variant) => self.foreign.sign(signed.as_bytes()).as_ref().to_vec(),
            _ => self.trusted.sign(signed.as_bytes()).as_ref().to_vec(),
        };
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(seal)))
    }
}

/// The recorder's words for tokens whose signature must not verify.
fn is_forged(variant: &str) -> bool {
    ["bad signature", "tampered", "foreign key"]
        .iter()
        .any(|word| variant.contains(word))
}

fn key_pair() -> Result<Ed25519KeyPair, String> {
    let mut seed = [0_u8; 32];
    SystemRandom::new()
        .fill(&mut seed)
        .map_err(|_| "the system gives no random numbers")?;
    Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|error| error.to_string())
}

fn moved(claims: &Json, shift: i64) -> Json {
    let member = |(name, value): &(Text, Json)| {
        let value = match value.as_i64() {
            Some(seconds) if MOMENTS.contains(&name.value.as_str()) => {
                Json::Number((seconds + shift.div_euclid(1_000_000)).to_string())
            }
            _ => value.clone(),
        };
        (name.clone(), value)
    };
    Json::Object(claims.members().iter().map(member).collect())
}
