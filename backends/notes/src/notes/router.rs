//! Notes over HTTP: addresses, shapes. No rules, no SQL.

use underpin::{
    Result, delete, get,
    http::{Json, Path, Router, Valid},
    post, put, routes,
};

use super::{
    model::{DeleteResponse, NoteCreate, NoteId, NoteResponse, NoteUpdate},
    service::NotesService,
};
use crate::app::{auth::CurrentUser, health::Health};

pub fn router() -> Router {
    // The first route of a path is the one that a 405 names (contract section 3).
    Router::new("/api/notes")
        .tag("notes")
        .routes(routes![list, create, update, read, delete, health])
}

/// List my notes in the order in which I made them.
#[get("/")]
async fn list(me: CurrentUser, notes: NotesService) -> Result<Json<Vec<NoteResponse>>> {
    let notes = notes.list(me.id).await?;
    Ok(Json(notes.into_iter().map(NoteResponse::from).collect()))
}

/// Write a note.
#[post("/")]
async fn create(
    me: CurrentUser,
    notes: NotesService,
    new: Valid<NoteCreate>,
) -> Result<Json<NoteResponse>> {
    Ok(Json(notes.create(me.id, new.into_inner()).await?.into()))
}

/// Change one of my notes.
#[put("/{note_id}", fails(404))]
async fn update(
    me: CurrentUser,
    notes: NotesService,
    note_id: Path<NoteId>,
    change: Valid<NoteUpdate>,
) -> Result<Json<NoteResponse>> {
    let note = notes
        .update(me.id, note_id.into_inner(), change.into_inner())
        .await?;
    Ok(Json(note.into()))
}

/// Read one of my notes.
#[get("/{note_id}", fails(404))]
async fn read(
    me: CurrentUser,
    notes: NotesService,
    note_id: Path<NoteId>,
) -> Result<Json<NoteResponse>> {
    Ok(Json(notes.get(me.id, note_id.into_inner()).await?.into()))
}

/// Delete one of my notes.
#[delete("/{note_id}", fails(404))]
async fn delete(
    me: CurrentUser,
    notes: NotesService,
    note_id: Path<NoteId>,
) -> Result<Json<DeleteResponse>> {
    let deleted_id = note_id.into_inner();
    notes.delete(me.id, deleted_id.clone()).await?;
    let message = "Note deleted successfully".to_owned();
    Ok(Json(DeleteResponse {
        message,
        deleted_id,
    }))
}

/// Whether this part of the service answers.
#[get("/health/check")]
async fn health() -> Json<Health> {
    Json(Health::new("Notes service is healthy"))
}
