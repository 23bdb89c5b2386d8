//! Accounts at rest. The table has no owner: whoever asks knows the name.

use chrono::{DateTime, Utc};
use underpin::{
    Provide, Result,
    db::{Db, dialects, sql},
};

#[derive(Clone, Debug, Provide)]
pub struct AccountsRepository {
    db: Db,
}

impl AccountsRepository {
    /// The hash of the user's password.
    pub async fn hash(&self, username: &str) -> Result<Option<String>> {
        sql("SELECT password_hash FROM collections_accounts WHERE username = $1")
            .bind(username)
            .fetch_optional(&self.db)
            .await
    }

    /// `false` if the name is taken.
    pub async fn insert(&self, username: &str, hash: &str, at: DateTime<Utc>) -> Result<bool> {
        let insert = dialects(
            "INSERT INTO collections_accounts (username, password_hash, created_at)
             VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            "INSERT INTO collections_accounts (username, password_hash, created_at)
             VALUES ($1, $2, to_timestamp($3::bigint / 1000.0)) ON CONFLICT DO NOTHING",
        );
        let rows = sql(insert)
            .bind(username)
            .bind(hash)
            .bind(at.timestamp_millis())
            .rows_affected(&self.db)
            .await?;
        Ok(rows == 1)
    }
}
