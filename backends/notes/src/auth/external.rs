//! The identity provider's tokens (contract section 5.3): whom they name, and who is made at first sight.

use std::sync::Arc;

use serde_json::{Map, Value};
use underpin::{
    Clock, Context, HttpClient, Provide, Result, Secret, StartError,
    auth::{
        jwks::{JwksSettings, JwksSource},
        oidc::OidcClient,
        token::{Absent, Algorithm, AudienceRule, ClaimRules, Claims, Spelling},
    },
};

use crate::app::{
    config::Settings,
    users::{User, UsersService},
};

/// Reads the identity provider's tokens. Cloning is cheap and shares its keys.
#[derive(Clone, Debug)]
pub struct External(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    users: UsersService,
    provider: OidcClient,
    rules: ClaimRules,
    username_claim: String,
    clock: Clock,
}

/// What is known of someone who has no account yet.
#[derive(Debug, PartialEq, Eq)]
struct Newcomer {
    username: String,
    email: Option<String>,
}

impl External {
    /// The user of a token that the identity provider signed; made if they are new here. `None` for every
    /// other token, and while the provider cannot be asked: nothing about it is this program's error.
    pub async fn authenticate(&self, token: &Secret<String>) -> Result<Option<User>> {
        let Ok(claims) = self.0.provider.decode(token.expose()).await else {
            return Ok(None);
        };
        let now = self.0.clock.now();
        let subject = claims.text("sub").unwrap_or_default();
        if self.0.rules.check(&claims, now).is_err() || subject.is_empty() {
            return Ok(None);
        }
        match self.0.users.by_subject(subject).await? {
            Some(user) => Ok(Some(user)),
            None => self.welcome(subject, &claims, token).await,
        }
    }

    /// Makes the account. Whoever loses the race against a parallel request takes the account that won.
    async fn welcome(
        &self,
        subject: &str,
        claims: &Claims,
        token: &Secret<String>,
    ) -> Result<Option<User>> {
        let Some(newcomer) = self.newcomer(claims, token).await else {
            return Ok(None);
        };
        let Newcomer { username, email } = newcomer;
        let users = &self.0.users;
        if users
            .create_external(&username, email.as_deref(), subject)
            .await?
        {
            tracing::info!("made an account for a new user of the identity provider");
        }
        users.by_subject(subject).await
    }

    async fn newcomer(&self, claims: &Claims, token: &Secret<String>) -> Option<Newcomer> {
        let claims = claims.object();
        if let Some(username) = first_of(claims, &[&self.0.username_claim, "email"]) {
            return newcomer(username, claims);
        }
        let info = self.0.provider.userinfo(token).await.ok()?;
        newcomer(
            first_of(&info, &["preferred_username", "email", "name"])?,
            &info,
        )
    }
}

/// The first of these claims that says anything; Python's `or` passes over what is empty.
fn first_of<'a>(claims: &'a Map<String, Value>, names: &[&str]) -> Option<&'a Value> {
    let mut found = names.iter().filter_map(|name| claims.get(*name));
    found.find(|value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) => true,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(object) => !object.is_empty(),
    })
}

/// `None` if name or address are no text: the database would not take them.
fn newcomer(username: &Value, claims: &Map<String, Value>) -> Option<Newcomer> {
    let email = match claims.get("email") {
        None | Some(Value::Null) => None,
        Some(Value::String(email)) => Some(email.clone()),
        Some(_) => return None,
    };
    let username = username.as_str()?.to_owned();
    Some(Newcomer { username, email })
}

impl Provide for External {
    fn provide(context: &Context) -> Result<Self, StartError> {
        let external = context.once(|| {
            let settings = context.get::<Settings>()?;
            Ok(Self(Arc::new(Inner {
                users: UsersService::provide(context)?,
                provider: provider(context, &settings)?,
                rules: rules(&settings),
                username_claim: settings.oidc_username_claim.clone(),
                clock: context.clock().clone(),
            })))
        })?;
        Ok((*external).clone())
    }
}

fn provider(context: &Context, settings: &Settings) -> Result<OidcClient, StartError> {
    let issuer = settings.oidc_issuer_url.clone();
    let settings = JwksSettings {
        algorithms: vec![Algorithm::Rs256],
        spelling: Spelling::Tolerant,
        ..JwksSettings::new(JwksSource::Discovery { issuer })
    };
    let http = HttpClient::provide(context)?;
    Ok(OidcClient::with_settings(
        settings,
        http,
        context.clock().clone(),
    ))
}

fn rules(settings: &Settings) -> ClaimRules {
    let audience = AudienceRule::of(&settings.oidc_audience).or_client_id();
    let audience = match settings.missing_claims() {
        Absent::Accepted => audience.or_absent(),
        Absent::Refused => audience,
    };
    ClaimRules::like_python_jose()
        .missing_expiry(settings.missing_claims())
        .issuer(&settings.oidc_issuer_url)
        .audience(audience)
}

/// Whether the identity provider can be asked for its keys; for the verb `check`.
pub async fn check(context: Context) -> Result<(), StartError> {
    let settings = context.get::<Settings>()?;
    let provider = provider(&context, &settings)?;
    provider.jwks().check().await.map_err(|error| {
        StartError::new(
            format!("OIDC_ISSUER_URL={}", settings.oidc_issuer_url),
            format!("gives no keys: {error}"),
            "Local users can log in all the same; for others make the issuer reachable from here.",
        )
    })
}

#[cfg(test)]
mod rules_of_names {
    use serde_json::json;

    use super::*;

    fn from(claims: &Value) -> Option<Newcomer> {
        let claims = claims.as_object().unwrap();
        newcomer(first_of(claims, &["preferred_username", "email"])?, claims)
    }

    fn named(username: &str, email: Option<&str>) -> Newcomer {
        let (username, email) = (username.to_owned(), email.map(str::to_owned));
        Newcomer { username, email }
    }

    #[test]
    fn the_first_claim_that_says_anything_is_the_name() {
        let both = json!({ "preferred_username": "olga", "email": "o@x.org" });
        assert_eq!(from(&both), Some(named("olga", Some("o@x.org"))));
        for empty in [
            json!(""),
            json!(null),
            json!(0),
            json!(false),
            json!([]),
            json!({}),
        ] {
            let claims = json!({ "preferred_username": empty, "email": "o@x.org" });
            assert_eq!(
                from(&claims),
                Some(named("o@x.org", Some("o@x.org"))),
                "{empty}"
            );
        }
        assert_eq!(
            from(&json!({ "preferred_username": "olga" })),
            Some(named("olga", None))
        );
    }

    #[test]
    fn what_is_no_text_names_nobody() {
        assert_eq!(from(&json!({})), None);
        assert_eq!(
            from(&json!({ "preferred_username": 7, "email": "o@x.org" })),
            None
        );
        assert_eq!(from(&json!({ "preferred_username": ["olga"] })), None);
        assert_eq!(
            from(&json!({ "preferred_username": "olga", "email": 7 })),
            None
        );
    }
}
