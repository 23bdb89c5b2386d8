//! Tasks over HTTP: addresses, status codes, shapes. No rules, no SQL.

use underpin::{
    Result, delete, get,
    http::{Created, Json, NoContent, Path, Query, Router, Valid},
    patch, post, put, routes,
};

use super::{
    model::{Task, TaskCreate, TaskFilter, TaskId, TaskUpdate},
    service::TasksService,
};
use crate::app::auth::Caller;

pub fn router() -> Router {
    // The first route of a path is the one that a 405 names (contract section 5).
    Router::new("/api/v1/tasks")
        .tag("tasks")
        .routes(routes![list, create, read, update, delete, toggle])
}

/// List my tasks, all of them.
#[get("")]
async fn list(
    me: Caller,
    tasks: TasksService,
    filter: Query<TaskFilter>,
) -> Result<Json<Vec<Task>>> {
    Ok(Json(tasks.list(&me.id, filter.into_inner()).await?))
}

/// Make a task.
#[post("")]
async fn create(me: Caller, tasks: TasksService, new: Valid<TaskCreate>) -> Result<Created<Task>> {
    Ok(Created(tasks.create(&me.id, new.into_inner()).await?))
}

/// Read one of my tasks.
#[get("/{task_id}", fails(404))]
async fn read(me: Caller, tasks: TasksService, task_id: Path<TaskId>) -> Result<Json<Task>> {
    Ok(Json(tasks.get(&me.id, *task_id).await?))
}

/// Change one of my tasks: what is not sent stays as it is.
#[put("/{task_id}", fails(404))]
async fn update(
    me: Caller,
    tasks: TasksService,
    task_id: Path<TaskId>,
    change: Valid<TaskUpdate>,
) -> Result<Json<Task>> {
    let changed = tasks.update(&me.id, *task_id, change.into_inner());
    Ok(Json(changed.await?))
}

/// Delete one of my tasks.
#[delete("/{task_id}", fails(404))]
async fn delete(me: Caller, tasks: TasksService, task_id: Path<TaskId>) -> Result<NoContent> {
    tasks.delete(&me.id, *task_id).await?;
    Ok(NoContent)
}

/// Tick one of my tasks off, or take that back.
#[patch("/{task_id}/complete", fails(404))]
async fn toggle(me: Caller, tasks: TasksService, task_id: Path<TaskId>) -> Result<Json<Task>> {
    Ok(Json(tasks.toggle(&me.id, *task_id).await?))
}
