//! An issuer's discovery document (OpenID Connect Discovery 1.0, section 4), as far as it is used.

use serde::Deserialize;
use serde_json::Value;
use tracing::warn;

use crate::{HttpClient, auth::jwks::JwksError, http_client::Limits};

/// What an issuer says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    /// Where its keys are.
    pub jwks_uri: String,
    /// Where it tells about the bearer of a token.
    pub userinfo_endpoint: Option<String>,
}

#[derive(Deserialize)]
struct Document {
    issuer: Option<String>,
    jwks_uri: Option<String>,
    userinfo_endpoint: Option<String>,
}

impl Discovery {
    /// Asks the issuer.
    pub(in crate::auth) async fn fetch(
        http: &HttpClient,
        issuer: &str,
        limits: Limits,
    ) -> Result<Self, JwksError> {
        let base = issuer.trim_end_matches('/');
        let url = format!("{base}/.well-known/openid-configuration");
        Self::read(issuer, http.get_json(&url, None, limits).await?)
    }

    /// That the document names the same issuer is not demanded, for the original does not (contract notes 5.3);
    /// a difference is logged. An issuer with TLS may not lead to an address without.
    fn read(issuer: &str, answer: Value) -> Result<Self, JwksError> {
        let document: Document =
            serde_json::from_value(answer).map_err(|_| JwksError::NoKeySetAddress)?;
        if document.issuer.as_deref() != Some(issuer) {
            warn!("the discovery document names another issuer than the configured one");
        }
        let jwks_uri = document.jwks_uri.ok_or(JwksError::NoKeySetAddress)?;
        let userinfo_endpoint = document.userinfo_endpoint;
        let keeps_tls = has_tls(&jwks_uri) && userinfo_endpoint.as_deref().is_none_or(has_tls);
        if has_tls(issuer) && !keeps_tls {
            return Err(JwksError::WithoutTls);
        }
        Ok(Self {
            jwks_uri,
            userinfo_endpoint,
        })
    }
}

fn has_tls(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_issuer_with_tls_does_not_lead_away_from_it() {
        let read = |issuer, keys: &str, userinfo: &str| {
            Discovery::read(
                issuer,
                json!({"jwks_uri": keys, "userinfo_endpoint": userinfo}),
            )
        };
        let (with, without) = ("https://id.example/x", "http://id.example/x");
        assert!(read("https://id.example", with, with).is_ok());
        assert!(read("HTTPS://id.example", with, "HTTPS://other.example").is_ok());
        assert!(read("http://id.example", without, without).is_ok());
        for (keys, userinfo) in [(without, with), (with, without), (with, "/userinfo")] {
            let led_away = read("HTTPS://id.example", keys, userinfo);
            assert_eq!(led_away, Err(JwksError::WithoutTls));
        }
    }

    #[test]
    fn a_document_without_a_key_set_address_is_none() {
        for answer in [
            json!({}),
            json!([]),
            json!({"jwks_uri": 1}),
            json!({"jwks_uri": null}),
        ] {
            let read = Discovery::read("http://id.example", answer);
            assert_eq!(read, Err(JwksError::NoKeySetAddress));
        }
    }
}
