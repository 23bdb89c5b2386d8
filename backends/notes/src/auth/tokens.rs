//! This program's own tokens (contract section 5.1). Whether the user exists is not asked here.

use std::sync::Arc;

use serde::Serialize;
use underpin::{
    Clock, Context, Provide, Result, Secret, StartError,
    auth::token::{self, Absent, ClaimRules, SigningKey, Spelling, VerifyingKey},
};

use super::secret_key;
use crate::app::config::Settings;

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// For requests.
    Access,
    /// For new tokens.
    Refresh,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

/// Makes and reads tokens. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Tokens(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    signing: SigningKey,
    verifying: VerifyingKey,
    access: ClaimRules,
    refresh: ClaimRules,
    access_seconds: i64,
    refresh_seconds: i64,
    clock: Clock,
}

/// The claims, in the order in which the original writes them.
#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    exp: i64,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl Tokens {
    /// A token of `username` from now on.
    pub fn make(&self, username: &str, kind: Kind) -> Result<String> {
        let lifetime = match kind {
            Kind::Access => self.0.access_seconds,
            Kind::Refresh => self.0.refresh_seconds,
        };
        let exp = self.0.clock.now().timestamp().saturating_add(lifetime);
        let claims = Claims {
            sub: username,
            exp,
            kind: kind.name(),
        };
        Ok(token::encode(&claims, &self.0.signing)?)
    }

    /// The user name in a token of this kind that is ours and still holds.
    pub fn read(&self, token: &Secret<String>, kind: Kind) -> Option<String> {
        let rules = match kind {
            Kind::Access => &self.0.access,
            Kind::Refresh => &self.0.refresh,
        };
        let claims = token::decode(token.expose(), &self.0.verifying, Spelling::Tolerant).ok()?;
        rules.check(&claims, self.0.clock.now()).ok()?;
        claims.text("sub").map(str::to_owned)
    }

    fn new(context: &Context) -> Result<Self, StartError> {
        let settings = context.get::<Settings>()?;
        let secret = secret_key::of(context, &settings)?;
        let algorithm = settings.algorithm.into();
        let signing = SigningKey::from_secret(algorithm, secret.expose()).map_err(|error| {
            StartError::new(
                "SECRET_KEY",
                error.to_string(),
                "Set it to 32 characters or more.",
            )
        })?;
        let rules = ClaimRules::like_python_jose().missing_expiry(settings.missing_claims());
        Ok(Self(Arc::new(Inner {
            verifying: signing.verifying_key(),
            signing,
            access: rules
                .clone()
                .token_type(Kind::Access.name(), Absent::Accepted),
            refresh: rules.token_type(Kind::Refresh.name(), Absent::Refused),
            access_seconds: i64::from(settings.access_token_minutes) * 60,
            refresh_seconds: i64::from(settings.refresh_token_days) * 86_400,
            clock: context.clock().clone(),
        })))
    }
}

impl Provide for Tokens {
    fn provide(context: &Context) -> Result<Self, StartError> {
        let tokens = context.once(|| Self::new(context))?;
        Ok((*tokens).clone())
    }
}
