//! An OpenID Connect provider, as the verifier of its tokens sees it. Users and sessions stay with the backend.

mod discovery;
#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

use serde_json::{Map, Value};

pub use discovery::Discovery;

use super::{
    jwks::{JwksClient, JwksSettings, JwksSource},
    token::{Claims, TokenError},
};
use crate::{
    Clock, Context, HttpClient, Provide, Secret, StartError,
    http_client::{FetchError, Limits},
};

/// What a userinfo answer may cost (contract notes 5.3: 10 s).
const USERINFO: Limits = Limits {
    bytes: 64 * 1024,
    time: Duration::from_secs(10),
};

/// Why the bearer of a token could not be learnt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserinfoError {
    /// The discovery document cannot be had, or names no `userinfo_endpoint`.
    NoEndpoint,
    /// The endpoint gave no usable answer.
    Fetch(FetchError),
    /// The answer is no JSON object.
    NotAnObject,
}

impl fmt::Display for UserinfoError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEndpoint => formatter.write_str("no userinfo endpoint is known"),
            Self::Fetch(error) => error.fmt(formatter),
            Self::NotAnObject => formatter.write_str("the userinfo is no JSON object"),
        }
    }
}

impl std::error::Error for UserinfoError {}

/// Verifies a provider's tokens and asks it about their bearers. Cloning is cheap and shares the keys.
#[derive(Clone, Debug)]
pub struct OidcClient {
    jwks: JwksClient,
    http: HttpClient,
}

impl OidcClient {
    /// A client of `issuer` with the defaults of [`JwksSettings::new`]. The issuer is first asked when a token
    /// needs it.
    pub fn new(issuer: impl Into<String>, http: HttpClient, clock: Clock) -> Self {
        let issuer = issuer.into();
        let settings = JwksSettings::new(JwksSource::Discovery { issuer });
        Self::with_settings(settings, http, clock)
    }

    /// The same with other settings: fewer algorithms, other times.
    pub fn with_settings(settings: JwksSettings, http: HttpClient, clock: Clock) -> Self {
        Self {
            jwks: JwksClient::new(settings, http.clone(), clock),
            http,
        }
    }

    /// The provider's keys, as they are kept.
    pub fn jwks(&self) -> &JwksClient {
        &self.jwks
    }

    /// The claims of `token`, if the provider signed it; see [`JwksClient::decode`].
    pub async fn decode(&self, token: &str) -> Result<Claims, TokenError> {
        self.jwks.decode(token).await
    }

    /// What the provider tells about the bearer of an access token (OpenID Connect Core, 5.3).
    ///
    /// The endpoint comes from the discovery document that the present keys came by, so it is as old as those.
    pub async fn userinfo(
        &self,
        bearer: &Secret<String>,
    ) -> Result<Map<String, Value>, UserinfoError> {
        let discovery = self.jwks.discovery().await;
        let endpoint = discovery
            .and_then(|document| document.userinfo_endpoint)
            .ok_or(UserinfoError::NoEndpoint)?;
        let answer = self.http.get_json(&endpoint, Some(bearer), USERINFO).await;
        match answer.map_err(UserinfoError::Fetch)? {
            Value::Object(object) => Ok(object),
            _ => Err(UserinfoError::NotAnObject),
        }
    }
}

/// From the [`JwksSettings`] that the app was given, with the app's clock and connections.
impl Provide for OidcClient {
    fn provide(context: &Context) -> Result<Self, StartError> {
        Ok(Self {
            jwks: JwksClient::provide(context)?,
            http: HttpClient::provide(context)?,
        })
    }
}
