//! This program's tokens. The key is `SECRET_KEY`, or one that is made and kept beside the data.

use std::{ffi::OsString, path::PathBuf, sync::Arc};

use serde::Serialize;
use underpin::{
    Clock, Context, Provide, Result, Secret, StartError,
    auth::token::{self, Absent, Algorithm, ClaimRules, SigningKey, Spelling, VerifyingKey},
    db::DbUrl,
    secret::kept_in,
};

use super::model::Token;
use crate::app::config::{Options, Settings};

/// Makes and reads tokens. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Tokens(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    signing: SigningKey,
    verifying: VerifyingKey,
    rules: ClaimRules,
    seconds: u32,
    clock: Clock,
}

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    exp: i64,
}

impl Tokens {
    /// A token of `username` from now on.
    pub fn make(&self, username: &str) -> Result<Token> {
        let now = self.0.clock.now().timestamp();
        let claims = Claims {
            sub: username,
            exp: now.saturating_add(i64::from(self.0.seconds)),
        };
        Ok(Token {
            access_token: token::encode(&claims, &self.0.signing)?,
            token_type: "bearer".to_owned(),
            expires_in: self.0.seconds,
        })
    }

    /// The name in a token that is ours and still holds.
    pub fn read(&self, token: &Secret<String>) -> Option<String> {
        let claims = token::decode(token.expose(), &self.0.verifying, Spelling::Tolerant).ok()?;
        self.0.rules.check(&claims, self.0.clock.now()).ok()?;
        claims.text("sub").map(str::to_owned)
    }

    fn new(context: &Context) -> Result<Self, StartError> {
        let settings = context.get::<Settings>()?;
        let secret = match &settings.secret_key {
            Some(secret) => secret.clone(),
            None => kept_in(&secret_file(context)?, context.random())?,
        };
        let signing =
            SigningKey::from_secret(Algorithm::Hs256, secret.expose()).map_err(|error| {
                StartError::new(
                    "SECRET_KEY",
                    error.to_string(),
                    "Set it to 32 characters or more.",
                )
            })?;
        Ok(Self(Arc::new(Inner {
            verifying: signing.verifying_key(),
            signing,
            rules: ClaimRules::like_python_jose().missing_expiry(Absent::Refused),
            seconds: settings.token_minutes.saturating_mul(60),
            clock: context.clock().clone(),
        })))
    }
}

/// Beside the database; of a server's, beside the data file. A name with a dot in front: no static directory
/// serves such.
fn secret_file(context: &Context) -> Result<PathBuf, StartError> {
    let beside = match context.find::<DbUrl>().as_deref() {
        Some(DbUrl::Sqlite(database)) => database.clone(),
        _ => context.get::<Options>()?.database(),
    };
    let mut name = OsString::from(".");
    name.push(
        beside
            .with_extension("secret")
            .file_name()
            .unwrap_or_default(),
    );
    Ok(beside.with_file_name(name))
}

impl Provide for Tokens {
    fn provide(context: &Context) -> Result<Self, StartError> {
        let tokens = context.once(|| Self::new(context))?;
        Ok((*tokens).clone())
    }
}
