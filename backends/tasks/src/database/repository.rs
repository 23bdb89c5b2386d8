//! Questions about the tables themselves. No row has an owner here, and none is changed.

use underpin::{
    Provide, Result,
    db::{Db, dialects, sql},
};

#[derive(Clone, Debug, Provide)]
pub struct DatabaseRepository {
    db: Db,
}

impl DatabaseRepository {
    /// The revision that Alembic left the tables at; `None` if it never made them.
    pub async fn alembic_revision(&self) -> Result<Option<String>> {
        let is_there = sql(dialects(
            "SELECT FALSE",
            "SELECT to_regclass('alembic_version') IS NOT NULL",
        ));
        if !is_there.fetch_one::<bool>(&self.db).await? {
            return Ok(None);
        }
        // built: the table is there only where Alembic has been
        sql("SELECT version_num FROM alembic_version".to_owned())
            .fetch_optional(&self.db)
            .await
    }

    /// Foreign keys of `tasks.user_id`, by name.
    pub async fn keys_to_users(&self) -> Result<Vec<String>> {
        sql(dialects(
            "SELECT '' WHERE FALSE",
            "SELECT conname::text FROM pg_constraint
              WHERE conrelid = to_regclass('tasks') AND contype = 'f' ORDER BY conname",
        ))
        .fetch_all(&self.db)
        .await
    }
}
