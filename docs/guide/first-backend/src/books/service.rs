//! What can be done with a book. Plain Rust: a handler, a job and a test call it alike.

use underpin::{Error, Provide, Result};

use super::{
    model::{Book, NewBook},
    repository::BooksRepository,
};

#[derive(Clone, Debug, Provide)] // built from the app; a handler asks for it by naming the type
pub struct BooksService {
    repository: BooksRepository,
}

impl BooksService {
    pub async fn list(&self, finished: Option<bool>) -> Result<Vec<Book>> {
        self.repository.list(finished).await
    }

    pub async fn create(&self, new: NewBook) -> Result<Book> {
        self.repository.insert(&new).await
    }

    /// A book is finished once.
    pub async fn finish(&self, id: i64) -> Result<Book> {
        let book = self.repository.get(id).await?.ok_or_else(not_found)?;
        if book.finished {
            return Err(Error::conflict("You have read this book already"));
        }
        self.repository.finish(id).await?.ok_or_else(not_found)
    }

    pub async fn delete(&self, id: i64) -> Result<()> {
        let deleted = self.repository.delete(id).await?;
        deleted.then_some(()).ok_or_else(not_found)
    }
}

fn not_found() -> Error {
    Error::not_found("There is no such book")
}
