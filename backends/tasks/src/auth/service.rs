//! Whose token it is: signed by a key of Better Auth's, and good now (contract section 3.3).

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use underpin::{
    Clock, Context, HttpClient, Provide, Result, StartError,
    auth::{
        jwks::{JwksClient, JwksSettings, JwksSource},
        token::{Absent, AudienceRule, ClaimRules},
    },
};

use super::caller::UserId;
use crate::app::config::Settings;

/// Older keys are renewed in the background, as often as the original fetched them (contract section 3.3).
const FRESH: TimeDelta = TimeDelta::minutes(5);

/// One fetch in this time for key ids that Better Auth does not have.
const COOL_DOWN: TimeDelta = TimeDelta::seconds(2);

/// How long the first token of a new key may wait for that. Better Auth gets twice as long to answer.
const PATIENCE: Duration = Duration::from_millis(2500);

/// Reads Better Auth's tokens. Cloning is cheap and shares its keys.
#[derive(Clone, Debug)]
pub struct Tokens(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    keys: JwksClient,
    rules: ClaimRules,
    clock: Clock,
}

impl Tokens {
    /// The user whom the token names; `None` for every token that is not good, and while Better Auth's keys
    /// cannot be had.
    pub async fn owner(&self, token: &str) -> Option<UserId> {
        let read = self.0.keys.decode(token).await;
        let checked = read.and_then(|claims| {
            self.0.rules.check(&claims, self.0.clock.now())?;
            Ok(claims)
        });
        match checked {
            Ok(claims) => UserId::new(claims.text("sub")?),
            Err(reason) => {
                tracing::debug!(%reason, "a token was refused");
                None
            }
        }
    }
}

impl Provide for Tokens {
    fn provide(context: &Context) -> Result<Self, StartError> {
        let tokens = context.once(|| {
            let settings = context.get::<Settings>()?;
            Ok(Self(Arc::new(Inner {
                keys: keys(context, &settings)?,
                rules: rules(&settings),
                clock: context.clock().clone(),
            })))
        })?;
        Ok((*tokens).clone())
    }
}

fn keys(context: &Context, settings: &Settings) -> Result<JwksClient, StartError> {
    let source = JwksSource::Url(settings.key_set_address());
    let usable = TimeDelta::from_std(settings.jwks_max_age).unwrap_or(TimeDelta::days(1));
    let settings = JwksSettings {
        fresh: FRESH,
        usable,
        cool_down: COOL_DOWN,
        patience: PATIENCE,
        spread: Some(context.random().clone()),
        request_time: PATIENCE * 2,
        total_time: PATIENCE * 2,
        ..JwksSettings::new(source)
    };
    let http = HttpClient::provide(context)?;
    Ok(JwksClient::new(settings, http, context.clock().clone()))
}

/// As PyJWT decides, but for what section 15 calls mistakes.
fn rules(settings: &Settings) -> ClaimRules {
    let expiry = if settings.tokens_without_expiry {
        Absent::Accepted
    } else {
        Absent::Refused
    };
    let rules = ClaimRules::like_pyjwt()
        .missing_expiry(expiry)
        .early(settings.token_clock_tolerance);
    let rules = match &settings.token_issuer {
        Some(issuer) => rules.issuer(issuer),
        None => rules,
    };
    match &settings.token_audience {
        Some(audience) => rules.audience(AudienceRule::of(audience)),
        None => rules,
    }
}

/// Says at start which checks are left out.
pub async fn warn(context: Context) -> Result<()> {
    let settings = context.get::<Settings>()?;
    let address = settings.key_set_address();
    if settings.token_issuer.is_none() {
        tracing::warn!(
            "TOKEN_ISSUER is not set: a token's issuer is not checked, whoever's key at {address} signed it"
        );
    }
    if settings.token_audience.is_none() {
        tracing::warn!(
            "TOKEN_AUDIENCE is not set: tokens that were made for other services are accepted"
        );
    }
    if settings.tokens_without_expiry {
        tracing::warn!("TOKENS_WITHOUT_EXPIRY is set: tokens without `exp` are good for ever");
    }
    Ok(())
}

/// Whether Better Auth can be asked for its keys; for the verb `check`.
pub async fn check(context: Context) -> Result<(), StartError> {
    let settings = context.get::<Settings>()?;
    let keys = keys(&context, &settings)?;
    keys.check().await.map_err(|error| {
        StartError::new(
            format!("BETTER_AUTH_URL={}", settings.better_auth_url),
            format!("gives no keys at /api/auth/jwks: {error}"),
            "Until it does, every request is answered 401.",
        )
    })
}
