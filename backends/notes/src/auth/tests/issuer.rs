//! The identity provider of contract section 5.3: discovery and keys, and tokens for this audience.

use std::ops::Deref;

use serde_json::{Value, json};
use underpin::{
    auth::token::{Algorithm, SigningKey},
    testing::{self, signed},
};

/// With one RSA key, called `k1`.
pub struct Issuer(testing::Issuer);

impl Issuer {
    pub async fn start() -> Self {
        let key = include_bytes!("issuer.pkcs8.der");
        let key = SigningKey::from_pkcs8(Algorithm::Rs256, key).unwrap();
        let issuer = Self(testing::Issuer::start(key).await);
        let discovery = json!({
            "issuer": issuer.url,
            "jwks_uri": format!("{}/keys", issuer.url),
            "userinfo_endpoint": format!("{}/userinfo", issuer.url),
        });
        issuer.answer("/.well-known/openid-configuration", discovery);
        issuer.serve_key("k1");
        issuer
    }

    /// From now on the only key has this id.
    pub fn serve_key(&self, key_id: &str) {
        self.publish("/keys", &[(key_id, &self.key)]);
    }

    /// A token with these claims, with issuer and audience unless they say otherwise.
    pub fn token(&self, claims: &Value) -> String {
        self.token_by("k1", claims)
    }

    /// The same under another key id.
    pub fn token_by(&self, key_id: &str, claims: &Value) -> String {
        let mut all = json!({ "iss": self.url, "aud": "parchmark" });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        signed(key_id, &self.key, &all)
    }
}

impl Deref for Issuer {
    type Target = testing::Issuer;

    fn deref(&self) -> &testing::Issuer {
        &self.0
    }
}
