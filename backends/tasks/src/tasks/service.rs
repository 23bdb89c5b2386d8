//! What a task may be and do (contract section 4).

use underpin::{Clock, Error, Provide, Result, db::DbErrorKind};

use super::{
    model::{Sort, Task, TaskCreate, TaskFilter, TaskId, TaskUpdate},
    repository::TasksRepository,
};
use crate::app::{auth::UserId, timestamp::Timestamp};

#[derive(Clone, Debug, Provide)]
pub struct TasksService {
    repository: TasksRepository,
    clock: Clock,
}

impl TasksService {
    /// An empty parameter is as good as none, and an unknown order is the usual one.
    pub async fn list(&self, owner: &UserId, filter: TaskFilter) -> Result<Vec<Task>> {
        let sort = Sort::named(filter.sort.as_deref());
        let tag = filter.tag.filter(|tag| !tag.is_empty());
        let priority = filter.priority.filter(|priority| !priority.is_empty());
        self.repository
            .list(owner, sort, tag, priority, filter.completed)
            .await
    }

    pub async fn get(&self, owner: &UserId, id: TaskId) -> Result<Task> {
        let found = self.repository.get(owner, id).await?;
        found.ok_or_else(not_found)
    }

    pub async fn create(&self, owner: &UserId, new: TaskCreate) -> Result<Task> {
        let created = self.repository.insert(owner, new, self.now(), self.now());
        created.await.map_err(|error| match error.database_kind() {
            Some(DbErrorKind::ForeignKey) => Error::unavailable(
                "the constraint of `tasks.user_id` refuses every task; what was logged at start says how to drop it",
            ),
            _ => error,
        })
    }

    /// What was not sent stays as it is.
    pub async fn update(&self, owner: &UserId, id: TaskId, change: TaskUpdate) -> Result<Task> {
        let changed = self
            .repository
            .update(owner, id, change, self.now())
            .await?;
        changed.ok_or_else(not_found)
    }

    /// Done becomes open and open done. A recurring task has its successor made by the job, not here.
    pub async fn toggle(&self, owner: &UserId, id: TaskId) -> Result<Task> {
        let toggled = self.repository.toggle(owner, id, self.now()).await?;
        toggled.ok_or_else(not_found)
    }

    pub async fn delete(&self, owner: &UserId, id: TaskId) -> Result<()> {
        let deleted = self.repository.delete(owner, id).await?;
        deleted.then_some(()).ok_or_else(not_found)
    }

    fn now(&self) -> Timestamp {
        self.clock.now().into()
    }
}

/// There is none, or it is someone else's.
fn not_found() -> Error {
    Error::not_found("Task not found")
}
