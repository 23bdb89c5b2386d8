//! What a password or a token is worth (contract sections 5 and 6).

use underpin::{Provide, Result, Secret};

use super::{
    caller::challenge,
    external::External,
    model::Token,
    tokens::{Kind, Tokens},
};
use crate::app::users::{User, UsersService};

#[derive(Clone, Debug, Provide)]
pub struct AuthService {
    users: UsersService,
    tokens: Tokens,
    external: External,
}

impl AuthService {
    /// Two tokens for whoever knows the password.
    pub async fn login(&self, username: &str, password: &Secret<String>) -> Result<Token> {
        if !self.users.logs_in(username, password).await? {
            return Err(challenge("Invalid username or password"));
        }
        self.pair(username)
    }

    /// Two new tokens for a refresh token of a user who still exists.
    pub async fn refresh(&self, token: &Secret<String>) -> Result<Token> {
        let refused = || challenge("Could not validate refresh token");
        let username = self.tokens.read(token, Kind::Refresh).ok_or_else(refused)?;
        let user = self.users.by_name(&username).await?.ok_or_else(refused)?;
        self.pair(&user.username)
    }

    /// The user of an access token: one of ours, or else one of the identity provider's.
    pub async fn authenticate(&self, token: &Secret<String>) -> Result<Option<User>> {
        if let Some(username) = self.tokens.read(token, Kind::Access)
            && let Some(user) = self.users.by_name(&username).await?
        {
            return Ok(Some(user));
        }
        self.external.authenticate(token).await
    }

    fn pair(&self, username: &str) -> Result<Token> {
        Ok(Token {
            access_token: self.tokens.make(username, Kind::Access)?,
            refresh_token: self.tokens.make(username, Kind::Refresh)?,
            token_type: "bearer".to_owned(),
        })
    }
}
