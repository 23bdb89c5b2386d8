//! Users at rest. The table has no owner: whoever calls knows whom they mean.

use underpin::{
    Provide, Result,
    db::{Db, Query, sql},
};

use super::model::{Hash, Provider, User, UserId};
use crate::app::timestamp::Timestamp;

#[derive(Clone, Debug, Provide)]
pub struct UsersRepository {
    db: Db,
}

impl UsersRepository {
    pub async fn by_name(&self, username: &str) -> Result<Option<User>> {
        sql(
            "SELECT id, username, email, auth_provider, created_at FROM users
              WHERE username = $1",
        )
        .bind(username)
        .fetch_optional(&self.db)
        .await
    }

    pub async fn by_subject(&self, subject: &str) -> Result<Option<User>> {
        sql(
            "SELECT id, username, email, auth_provider, created_at FROM users
              WHERE oidc_sub = $1",
        )
        .bind(subject)
        .fetch_optional(&self.db)
        .await
    }

    /// Everyone, in the order in which they came.
    pub async fn list(&self) -> Result<Vec<User>> {
        sql(
            "SELECT id, username, email, auth_provider, created_at FROM users
              ORDER BY created_at, id",
        )
        .fetch_all(&self.db)
        .await
    }

    /// The hash of the user's password; `None` if there is no such user, or no password.
    pub async fn hash(&self, username: &str) -> Result<Option<Hash>> {
        let found: Option<Option<Hash>> =
            sql("SELECT password_hash FROM users WHERE username = $1")
                .bind(username)
                .fetch_optional(&self.db)
                .await?;
        Ok(found.flatten())
    }

    /// `false` if the name is taken.
    pub async fn insert_local(&self, username: &str, hash: &str, at: Timestamp) -> Result<bool> {
        let rows = sql(
            "INSERT INTO users (username, password_hash, auth_provider, created_at)
                        VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(username)
        .bind(hash)
        .bind(Provider::LOCAL)
        .bind(at)
        .rows_affected(&self.db)
        .await?;
        Ok(rows == 1)
    }

    /// `false` if the name, the subject or (on some adopted databases) the address is taken.
    pub async fn insert_oidc(
        &self,
        username: &str,
        email: Option<&str>,
        subject: &str,
        at: Timestamp,
    ) -> Result<bool> {
        let rows = sql(
            "INSERT INTO users (username, email, oidc_sub, auth_provider, created_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        )
        .bind(username)
        .bind(email)
        .bind(subject)
        .bind(Provider::OIDC)
        .bind(at)
        .rows_affected(&self.db)
        .await?;
        Ok(rows == 1)
    }

    /// `false` if there is no such user.
    pub async fn update_hash(&self, id: UserId, hash: &str) -> Result<bool> {
        let rows = sql("UPDATE users SET password_hash = $2 WHERE id = $1")
            .bind(id)
            .bind(hash)
            .rows_affected(&self.db)
            .await?;
        Ok(rows == 1)
    }

    /// Runs `before` and then deletes the user, both or neither. `false` if there is no such user.
    pub async fn delete_after(&self, before: Query, id: UserId) -> Result<bool> {
        let delete = sql("DELETE FROM users WHERE id = $1").bind(id);
        let rows = self.db.run_together(vec![before, delete]).await?;
        Ok(rows.last() == Some(&1))
    }
}
