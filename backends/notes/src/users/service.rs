//! What can be done to an account: found, made, proven, deleted.

use underpin::{
    Clock, Error, Provide, Result, Secret,
    auth::password::{Passwords, Verdict},
    db::DbErrorKind,
};

use super::{
    model::{Hash, User, UserId},
    repository::UsersRepository,
};
use crate::app::{notes::NotesService, timestamp::Timestamp};

/// The widths of the columns, in characters.
const LONGEST_NAME: usize = 50;
const LONGEST_TEXT: usize = 255;

/// How often a deletion is tried again because the user wrote a note meanwhile.
const TRIES: usize = 20;

#[derive(Clone, Debug, Provide)]
pub struct UsersService {
    repository: UsersRepository,
    passwords: Passwords,
    clock: Clock,
}

impl UsersService {
    /// The user of this name; case counts.
    pub async fn by_name(&self, username: &str) -> Result<Option<User>> {
        if !is_storable(username) {
            return Ok(None);
        }
        self.repository.by_name(username).await
    }

    /// The user whom the identity provider knows as `subject`.
    pub async fn by_subject(&self, subject: &str) -> Result<Option<User>> {
        if !is_storable(subject) {
            return Ok(None);
        }
        self.repository.by_subject(subject).await
    }

    /// Everyone, in the order in which they came.
    pub async fn list(&self) -> Result<Vec<User>> {
        self.repository.list().await
    }

    /// Whether this name logs in with this password. Takes as long for names that nobody has.
    pub async fn logs_in(&self, username: &str, password: &Secret<String>) -> Result<bool> {
        if let Some(hash) = self.hash(username).await? {
            return self.verifies(password, hash.0.expose()).await;
        }
        self.passwords.verify_nothing(password).await?;
        Ok(false)
    }

    /// Whether `password` is this user's; `None` if they have none.
    pub async fn is_password(
        &self,
        user: &User,
        password: &Secret<String>,
    ) -> Result<Option<bool>> {
        match self.hash(&user.username).await? {
            Some(hash) => self.verifies(password, hash.0.expose()).await.map(Some),
            None => Ok(None),
        }
    }

    /// Makes a user who logs in with a password. `false` if the name is taken, 422 if it does not fit.
    pub async fn create(&self, username: &str, password: &Secret<String>) -> Result<bool> {
        if !is_storable(username) || username.chars().count() > LONGEST_NAME {
            let detail = "Username is longer than 50 characters or contains NUL";
            return Err(Error::unprocessable(detail));
        }
        let hash = self.passwords.hash(password).await?;
        self.repository
            .insert_local(username, &hash, self.now())
            .await
    }

    /// Makes a user whom the identity provider vouches for. `false` if anything does not fit or is taken.
    pub async fn create_external(
        &self,
        username: &str,
        email: Option<&str>,
        subject: &str,
    ) -> Result<bool> {
        let fits = |text: &str, longest| is_storable(text) && text.chars().count() <= longest;
        let all_fit = fits(username, LONGEST_NAME)
            && fits(subject, LONGEST_TEXT)
            && email.is_none_or(|email| fits(email, LONGEST_TEXT));
        if !all_fit {
            return Ok(false);
        }
        self.repository
            .insert_oidc(username, email, subject, self.now())
            .await
    }

    /// Gives a user another password; who vouches for them stays. `false` if they are gone.
    pub async fn set_password(&self, id: UserId, password: &Secret<String>) -> Result<bool> {
        let hash = self.passwords.hash(password).await?;
        self.repository.update_hash(id, &hash).await
    }

    /// Deletes a user with all their notes. `false` if they were gone already.
    pub async fn delete(&self, id: UserId) -> Result<bool> {
        let mut tries = 0;
        loop {
            tries += 1;
            let notes = NotesService::deletion_of_all(id);
            match self.repository.delete_after(notes, id).await {
                // A note was written between the two statements.
                Err(error)
                    if error.database_kind() == Some(DbErrorKind::ForeignKey) && tries < TRIES => {}
                outcome => return outcome,
            }
        }
    }

    async fn hash(&self, username: &str) -> Result<Option<Hash>> {
        if !is_storable(username) {
            return Ok(None);
        }
        self.repository.hash(username).await
    }

    async fn verifies(&self, password: &Secret<String>, hash: &str) -> Result<bool> {
        Ok(self.passwords.verify(password, hash).await? == Verdict::Match)
    }

    fn now(&self) -> Timestamp {
        self.clock.now().into()
    }
}

/// PostgreSQL cannot keep NUL characters, nor compare with them.
fn is_storable(text: &str) -> bool {
    !text.contains('\0')
}
