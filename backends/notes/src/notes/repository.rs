//! Notes at rest. Every statement that reads or changes a row names its owner.

use underpin::{
    Provide, Result,
    db::{Db, Query, RowStream, Snapshot, sql},
};

use super::model::{Note, NoteId};
use crate::app::{timestamp::Timestamp, users::UserId};

#[derive(Clone, Debug, Provide)]
pub struct NotesRepository {
    db: Db,
}

impl NotesRepository {
    /// In the order in which they were made (contract section 12).
    pub async fn list(&self, owner: UserId) -> Result<Vec<Note>> {
        list(owner).fetch_all(&self.db).await
    }

    pub async fn get(&self, owner: UserId, id: NoteId) -> Result<Option<Note>> {
        sql(
            "SELECT id, title, content, created_at, updated_at FROM notes
              WHERE id = $1 AND user_id = $2",
        )
        .bind(id)
        .bind(owner)
        .fetch_optional(&self.db)
        .await
    }

    /// `false` if the id is taken: ids are unique among all users.
    pub async fn insert(&self, owner: UserId, note: &Note) -> Result<bool> {
        let rows = sql(
            "INSERT INTO notes (id, user_id, title, content, created_at, updated_at)
                        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING",
        )
        .bind(note.id.clone())
        .bind(owner)
        .bind(&note.title)
        .bind(&note.content)
        .bind(note.created_at)
        .bind(note.updated_at)
        .rows_affected(&self.db)
        .await?;
        Ok(rows == 1)
    }

    /// The note as it is after the change; `None` if there is none. What is absent stays, and
    /// `updated_at` moves only if something really changes.
    pub async fn update(
        &self,
        owner: UserId,
        id: NoteId,
        title: Option<&str>,
        content: Option<&str>,
        at: Timestamp,
    ) -> Result<Option<Note>> {
        sql("UPDATE notes
                SET title = COALESCE($3, title),
                    content = COALESCE($4, content),
                    updated_at = CASE
                        WHEN COALESCE($3, title) <> title OR COALESCE($4, content) <> content
                        THEN $5 ELSE updated_at END
              WHERE id = $1 AND user_id = $2
          RETURNING id, title, content, created_at, updated_at")
        .bind(id)
        .bind(owner)
        .bind(title)
        .bind(content)
        .bind(at)
        .fetch_optional(&self.db)
        .await
    }

    /// `false` if there is no such note or it is someone else's; the caller cannot tell which.
    pub async fn delete(&self, owner: UserId, id: NoteId) -> Result<bool> {
        let rows = sql("DELETE FROM notes WHERE id = $1 AND user_id = $2")
            .bind(id)
            .bind(owner)
            .rows_affected(&self.db)
            .await?;
        Ok(rows == 1)
    }

    pub async fn count(&self, owner: UserId) -> Result<i64> {
        sql("SELECT COUNT(*) FROM notes WHERE user_id = $1")
            .bind(owner)
            .fetch_one(&self.db)
            .await
    }

    /// The database as it stands now.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        self.db.snapshot().await
    }
}

/// Every note of the owner as it stood in the snapshot, in batches, in the order of the list.
pub async fn stream(owner: UserId, from: &mut Snapshot) -> Result<RowStream<'_, Note>> {
    list(owner).stream(from).await
}

/// What deletes every note of the owner, to be run together with other statements.
pub fn delete_all(owner: UserId) -> Query {
    sql("DELETE FROM notes WHERE user_id = $1").bind(owner)
}

fn list(owner: UserId) -> Query {
    sql(
        "SELECT id, title, content, created_at, updated_at FROM notes
          WHERE user_id = $1 ORDER BY created_at, id",
    )
    .bind(owner)
}
