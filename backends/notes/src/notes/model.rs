//! A note as it comes in, as it is stored, as it goes out (contract section 7).

use underpin::{
    db::{Column, FromValue, Mismatch, Row, Value},
    model,
};

use crate::app::timestamp::Timestamp;

/// The name of a note in addresses; opaque, up to 50 characters.
#[model]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteId(String);

impl NoteId {
    /// The id of a note made in this millisecond since 1970.
    pub fn of_millisecond(millisecond: i64) -> Self {
        Self(format!("note-{millisecond}"))
    }

    /// An id that was chosen elsewhere.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<NoteId> for Value {
    fn from(id: NoteId) -> Self {
        id.0.into()
    }
}

impl FromValue for NoteId {
    fn from_value(column: Column<'_>) -> Result<Self, Mismatch> {
        String::from_value(column).map(Self)
    }
}

/// A note as it is stored.
#[derive(Clone, Debug, Row)]
pub struct Note {
    /// Its name in addresses.
    pub id: NoteId,
    /// At most 255 characters.
    pub title: String,
    /// Markdown.
    pub content: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When title or content last changed.
    pub updated_at: Timestamp,
}

/// A new note.
#[model(request)]
pub struct NoteCreate {
    /// Markdown; its first heading becomes the title if none is given.
    #[field(min_length = 4)]
    pub content: String,
    /// What to call it.
    #[field(min_length = 4, max_length = 255)]
    pub title: Option<String>,
}

/// Changes to a note. With content, the title comes from its first heading.
#[model(request)]
pub struct NoteUpdate {
    /// What to call it; ignored beside content.
    #[field(min_length = 4, max_length = 255)]
    pub title: Option<String>,
    /// Markdown.
    #[field(min_length = 4)]
    pub content: Option<String>,
}

/// A note.
#[model(response)]
#[serde(rename_all = "camelCase")]
pub struct NoteResponse {
    id: NoteId,
    title: String,
    content: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Note> for NoteResponse {
    fn from(note: Note) -> Self {
        let Note {
            id,
            title,
            content,
            created_at,
            updated_at,
        } = note;
        Self {
            id,
            title,
            content,
            created_at,
            updated_at,
        }
    }
}

/// What became of a deletion.
#[model(response)]
pub struct DeleteResponse {
    /// A sentence for people.
    pub message: String,
    /// The note that is gone.
    pub deleted_id: NoteId,
}
