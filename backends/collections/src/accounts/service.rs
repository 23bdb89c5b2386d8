//! What an account may be, and who proves to be whom.

use underpin::{
    Clock, Error, Provide, Result, Secret,
    auth::password::{Passwords, Verdict},
};

use super::{model::Token, repository::AccountsRepository, tokens::Tokens, unknown_caller};

#[derive(Clone, Debug, Provide)]
pub struct AccountsService {
    repository: AccountsRepository,
    passwords: Passwords,
    tokens: Tokens,
    clock: Clock,
}

impl AccountsService {
    /// Makes an account, and logs in.
    pub async fn sign_up(&self, username: &str, password: &Secret<String>) -> Result<Token> {
        if username.contains('\0') || username.trim() != username {
            let detail = "The name must not begin or end with a blank, nor hold a NUL";
            return Err(Error::unprocessable(detail));
        }
        let hash = self.passwords.hash(password).await?;
        if !self
            .repository
            .insert(username, &hash, self.clock.now())
            .await?
        {
            return Err(Error::conflict("The name is taken"));
        }
        self.tokens.make(username)
    }

    /// A token for whoever knows the password. Takes as long for names that nobody has.
    pub async fn login(&self, username: &str, password: &Secret<String>) -> Result<Token> {
        let known = if username.contains('\0') {
            None
        } else {
            self.repository.hash(username).await?
        };
        let is_right = if let Some(hash) = known {
            self.passwords.verify(password, &hash).await? == Verdict::Match
        } else {
            self.passwords.verify_nothing(password).await?;
            false
        };
        if !is_right {
            return Err(unknown_caller());
        }
        self.tokens.make(username)
    }
}
