//! An issuer's discovery document (OpenID Connect Discovery 1.0, section 4), as far as it is used.

use serde::Deserialize;
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
    /// Asks the issuer. That the document names the same issuer is not demanded, for the original does not
    /// (contract notes 5.3); a difference is logged.
    pub(in crate::auth) async fn fetch(
        http: &HttpClient,
        issuer: &str,
        limits: Limits,
    ) -> Result<Self, JwksError> {
        let base = issuer.trim_end_matches('/');
        let url = format!("{base}/.well-known/openid-configuration");
        let answer = http.get_json(&url, None, limits).await?;
        let document: Document =
            serde_json::from_value(answer).map_err(|_| JwksError::NoKeySetAddress)?;
        if document.issuer.as_deref() != Some(issuer) {
            warn!("the discovery document names another issuer than the configured one");
        }
        let jwks_uri = document.jwks_uri.ok_or(JwksError::NoKeySetAddress)?;
        let userinfo_endpoint = document.userinfo_endpoint;
        let has_tls = |url: &str| matches!(url.get(..8), Some(start) if start.eq_ignore_ascii_case("https://"));
        let named = [Some(&jwks_uri), userinfo_endpoint.as_ref()];
        if has_tls(issuer) && !named.into_iter().flatten().all(|url| has_tls(url)) {
            return Err(JwksError::WithoutTls);
        }
        Ok(Self {
            jwks_uri,
            userinfo_endpoint,
        })
    }
}
