//! What a note may be and do (contract sections 7 and 9).

use underpin::{
    Clock, Error, Provide, Result,
    db::{DbErrorKind, Query, RowStream, Snapshot},
};

use super::{
    markdown,
    model::{Note, NoteCreate, NoteId, NoteUpdate},
    number::NoteIds,
    repository::{self, NotesRepository},
};
use crate::app::{auth, timestamp::Timestamp, users::UserId};

/// The longest title that the table takes, in characters.
const LONGEST_TITLE: usize = 255;

/// How often a new id is tried before giving up: other processes make notes too, but not that many.
const TRIES: usize = 100;

#[derive(Clone, Debug, Provide)]
pub struct NotesService {
    repository: NotesRepository,
    ids: NoteIds,
    clock: Clock,
}

impl NotesService {
    pub async fn list(&self, owner: UserId) -> Result<Vec<Note>> {
        self.repository.list(owner).await
    }

    pub async fn get(&self, owner: UserId, id: NoteId) -> Result<Note> {
        let id = findable(id)?;
        self.repository.get(owner, id).await?.ok_or_else(not_found)
    }

    /// A note without a title is named after its first heading.
    pub async fn create(&self, owner: UserId, new: NoteCreate) -> Result<Note> {
        let content = markdown::format(&new.content);
        let given = new
            .title
            .as_deref()
            .map(markdown::strip)
            .filter(|title| !title.is_empty());
        let title = given.unwrap_or_else(|| heading(&content)).to_owned();
        refuse_nul([title.as_str(), &content])?;
        let mut note = self.note(self.ids.next(), title, content);
        for _ in 0..TRIES {
            if self.insert(owner, &note).await? {
                return Ok(note);
            }
            note.id = self.ids.next();
        }
        Err(Error::internal("no free id was found for a new note"))
    }

    /// Stores a note under an id of the caller's choice. `false` if the id is taken.
    pub async fn place(
        &self,
        owner: UserId,
        id: NoteId,
        title: &str,
        content: &str,
    ) -> Result<bool> {
        let note = self.note(id, title.to_owned(), content.to_owned());
        self.insert(owner, &note).await
    }

    /// With content, the title comes from it and one sent along is ignored. Alone, it is stored as it is.
    pub async fn update(&self, owner: UserId, id: NoteId, change: NoteUpdate) -> Result<Note> {
        let id = findable(id)?;
        let content = change.content.as_deref().map(markdown::format);
        let title = match &content {
            Some(content) => Some(heading(content)),
            None => change.title.as_deref(),
        };
        if title.is_none() {
            return self.get(owner, id).await;
        }
        refuse_nul(title.into_iter().chain(content.as_deref()))?;
        let now = Timestamp::from(self.clock.now());
        let changed = self
            .repository
            .update(owner, id, title, content.as_deref(), now)
            .await?;
        changed.ok_or_else(not_found)
    }

    pub async fn delete(&self, owner: UserId, id: NoteId) -> Result<()> {
        let deleted = self.repository.delete(owner, findable(id)?).await?;
        deleted.then_some(()).ok_or_else(not_found)
    }

    pub async fn count(&self, owner: UserId) -> Result<i64> {
        self.repository.count(owner).await
    }

    /// The database as it stands now, to read every note from with [`NotesService::stream`].
    pub async fn snapshot(&self) -> Result<Snapshot> {
        self.repository.snapshot().await
    }

    /// Every note of the owner, in batches, in the order of the list.
    pub async fn stream(owner: UserId, from: &mut Snapshot) -> Result<RowStream<'_, Note>> {
        repository::stream(owner, from).await
    }

    /// What deletes every note of the owner, for an account that is deleted with them.
    pub fn deletion_of_all(owner: UserId) -> Query {
        repository::delete_all(owner)
    }

    fn note(&self, id: NoteId, title: String, content: String) -> Note {
        let now = Timestamp::from(self.clock.now());
        Note {
            id,
            title,
            content,
            created_at: now,
            updated_at: now,
        }
    }

    async fn insert(&self, owner: UserId, note: &Note) -> Result<bool> {
        let inserted = self.repository.insert(owner, note).await;
        inserted.map_err(|error| match error.database_kind() {
            // The account was deleted since the token was looked at.
            Some(DbErrorKind::ForeignKey) => auth::unknown_caller(),
            _ => error,
        })
    }
}

/// The title that the text gives itself, cut to what fits: a long heading is no reason to lose a note.
fn heading(content: &str) -> &str {
    let title = markdown::title(content);
    match title.char_indices().nth(LONGEST_TITLE) {
        Some((end, _)) => markdown::strip(&title[..end]),
        None => title,
    }
}

fn not_found() -> Error {
    Error::not_found("Note not found")
}

/// No note has a NUL in its id, and PostgreSQL would not even look.
fn findable(id: NoteId) -> Result<NoteId> {
    if id.as_str().contains('\0') {
        Err(not_found())
    } else {
        Ok(id)
    }
}

/// PostgreSQL cannot keep NUL characters; SQLite should not keep more than it.
fn refuse_nul<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<()> {
    if texts.into_iter().any(|text| text.contains('\0')) {
        return Err(Error::unprocessable("A note cannot contain NUL characters"));
    }
    Ok(())
}
