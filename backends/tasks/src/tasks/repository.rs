//! Tasks at rest. Every statement that reads or changes a row names its owner.

use underpin::{
    Provide, Result,
    db::{Db, Statement, dialects, sql},
};

use super::model::{Sort, Task, TaskCreate, TaskId, TaskUpdate};
use crate::app::{auth::UserId, text::Text, timestamp::Timestamp};

#[derive(Clone, Debug, Provide)]
pub struct TasksRepository {
    db: Db,
}

const NEWEST: Statement = dialects(
    "SELECT id, user_id, title, description, completed, priority, tags, due_date, recurring, created_at, updated_at
       FROM tasks WHERE user_id = $1
        AND ($2 IS NULL OR EXISTS (SELECT 1 FROM json_each(tags) WHERE value = $2))
        AND priority = COALESCE($3, priority) AND completed = COALESCE($4, completed)
      ORDER BY created_at DESC, id DESC",
    "SELECT id, user_id, title, description, completed, priority, tags, due_date, recurring, created_at, updated_at
       FROM tasks WHERE user_id = $1 AND ($2::text IS NULL OR $2 = ANY(tags))
        AND priority = COALESCE($3, priority) AND completed = COALESCE($4, completed)
      ORDER BY created_at DESC, id DESC",
);

const BY_PRIORITY: Statement = dialects(
    "SELECT id, user_id, title, description, completed, priority, tags, due_date, recurring, created_at, updated_at
       FROM tasks WHERE user_id = $1
        AND ($2 IS NULL OR EXISTS (SELECT 1 FROM json_each(tags) WHERE value = $2))
        AND priority = COALESCE($3, priority) AND completed = COALESCE($4, completed)
      ORDER BY priority DESC, id",
    "SELECT id, user_id, title, description, completed, priority, tags, due_date, recurring, created_at, updated_at
       FROM tasks WHERE user_id = $1 AND ($2::text IS NULL OR $2 = ANY(tags))
        AND priority = COALESCE($3, priority) AND completed = COALESCE($4, completed)
      ORDER BY priority DESC, id",
);

const BY_DUE_DATE: Statement = dialects(
    "SELECT id, user_id, title, description, completed, priority, tags, due_date, recurring, created_at, updated_at
       FROM tasks WHERE user_id = $1
        AND ($2 IS NULL OR EXISTS (SELECT 1 FROM json_each(tags) WHERE value = $2))
        AND priority = COALESCE($3, priority) AND completed = COALESCE($4, completed)
      ORDER BY due_date NULLS LAST, id",
    "SELECT id, user_id, title, description, completed, priority, tags, due_date, recurring, created_at, updated_at
       FROM tasks WHERE user_id = $1 AND ($2::text IS NULL OR $2 = ANY(tags))
        AND priority = COALESCE($3, priority) AND completed = COALESCE($4, completed)
      ORDER BY due_date NULLS LAST, id",
);

const BY_TITLE: Statement = dialects(
    "SELECT id, user_id, title, description, completed, priority, tags, due_date, recurring, created_at, updated_at
       FROM tasks WHERE user_id = $1
        AND ($2 IS NULL OR EXISTS (SELECT 1 FROM json_each(tags) WHERE value = $2))
        AND priority = COALESCE($3, priority) AND completed = COALESCE($4, completed)
      ORDER BY title, id",
    "SELECT id, user_id, title, description, completed, priority, tags, due_date, recurring, created_at, updated_at
       FROM tasks WHERE user_id = $1 AND ($2::text IS NULL OR $2 = ANY(tags))
        AND priority = COALESCE($3, priority) AND completed = COALESCE($4, completed)
      ORDER BY title, id",
);

impl TasksRepository {
    pub async fn list(
        &self,
        owner: &UserId,
        sort: Sort,
        tag: Option<Text>,
        priority: Option<Text>,
        completed: Option<bool>,
    ) -> Result<Vec<Task>> {
        // Four texts, so that each can be prepared; an order cannot be bound.
        let statement = match sort {
            Sort::Newest => sql(NEWEST),
            Sort::Priority => sql(BY_PRIORITY),
            Sort::DueDate => sql(BY_DUE_DATE),
            Sort::Title => sql(BY_TITLE),
        };
        statement
            .bind(owner)
            .bind(tag)
            .bind(priority)
            .bind(completed)
            .fetch_all(&self.db)
            .await
    }

    pub async fn get(&self, owner: &UserId, id: TaskId) -> Result<Option<Task>> {
        sql("SELECT id, user_id, title, description, completed, priority, tags, due_date, recurring, created_at, updated_at
               FROM tasks WHERE id = CAST($1 AS BIGINT) AND user_id = $2")
        .bind(id)
        .bind(owner)
        .fetch_optional(&self.db)
        .await
    }

    pub async fn insert(
        &self,
        owner: &UserId,
        new: TaskCreate,
        created: Timestamp,
        updated: Timestamp,
    ) -> Result<Task> {
        sql("INSERT INTO tasks (user_id, title, description, completed, priority, tags, due_date, recurring, created_at, updated_at)
             VALUES ($1, $2, $3, FALSE, $4, $5, $6, $7, $8, $9)
             RETURNING id, user_id, title, description, completed, priority, tags, due_date, recurring, created_at, updated_at")
        .bind(owner)
        .bind(new.title)
        .bind(new.description)
        .bind(new.priority)
        .bind(texts(new.tags))
        .bind(new.due_date)
        .bind(new.recurring)
        .bind(created)
        .bind(updated)
        .fetch_one(&self.db)
        .await
    }

    /// The task as it is after the change; `None` if there is none.
    pub async fn update(
        &self,
        owner: &UserId,
        id: TaskId,
        change: TaskUpdate,
        at: Timestamp,
    ) -> Result<Option<Task>> {
        sql("UPDATE tasks
                SET title = COALESCE($3, title),
                    description = CASE WHEN $4 THEN $5 ELSE description END,
                    priority = COALESCE($6, priority),
                    tags = COALESCE($7, tags),
                    due_date = CASE WHEN $8 THEN $9 ELSE due_date END,
                    recurring = CASE WHEN $10 THEN $11 ELSE recurring END,
                    completed = COALESCE($12, completed),
                    updated_at = $13
              WHERE id = CAST($1 AS BIGINT) AND user_id = $2
          RETURNING id, user_id, title, description, completed, priority, tags, due_date, recurring, created_at, updated_at")
        .bind(id)
        .bind(owner)
        .bind(change.title.value())
        .bind(change.description.is_given())
        .bind(change.description.value().flatten())
        .bind(change.priority.value())
        .bind(change.tags.value().map(texts))
        .bind(change.due_date.is_given())
        .bind(change.due_date.value().flatten())
        .bind(change.recurring.is_given())
        .bind(change.recurring.value().flatten())
        .bind(change.completed.value())
        .bind(at)
        .fetch_optional(&self.db)
        .await
    }

    /// The task after it was turned over; `None` if there is none.
    pub async fn toggle(&self, owner: &UserId, id: TaskId, at: Timestamp) -> Result<Option<Task>> {
        sql("UPDATE tasks SET completed = NOT completed, updated_at = $3
              WHERE id = CAST($1 AS BIGINT) AND user_id = $2
          RETURNING id, user_id, title, description, completed, priority, tags, due_date, recurring, created_at, updated_at")
        .bind(id)
        .bind(owner)
        .bind(at)
        .fetch_optional(&self.db)
        .await
    }

    /// `false` if there is no such task or it is someone else's; the caller cannot tell which.
    pub async fn delete(&self, owner: &UserId, id: TaskId) -> Result<bool> {
        let rows = sql("DELETE FROM tasks WHERE id = CAST($1 AS BIGINT) AND user_id = $2")
            .bind(id)
            .bind(owner)
            .rows_affected(&self.db)
            .await?;
        Ok(rows == 1)
    }
}

fn texts(texts: Vec<Text>) -> Vec<String> {
    texts.into_iter().map(Text::into_inner).collect()
}
