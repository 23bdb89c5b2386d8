//! Books at rest. The list has no owner: whoever reaches the program shares it.

use underpin::{
    Provide, Result,
    db::{Db, sql},
};

use super::model::{Book, NewBook};

#[derive(Clone, Debug, Provide)]
pub struct BooksRepository {
    db: Db,
}

impl BooksRepository {
    /// All, or only those that are (not) finished.
    pub async fn list(&self, finished: Option<bool>) -> Result<Vec<Book>> {
        sql("SELECT id, title, pages, finished FROM books
              WHERE finished = COALESCE($1, finished) ORDER BY id")
        .bind(finished)
        .fetch_all(&self.db)
        .await
    }

    pub async fn get(&self, id: i64) -> Result<Option<Book>> {
        sql("SELECT id, title, pages, finished FROM books WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.db)
            .await
    }

    pub async fn insert(&self, new: &NewBook) -> Result<Book> {
        sql("INSERT INTO books (title, pages) VALUES ($1, $2)
             RETURNING id, title, pages, finished")
        .bind(&new.title)
        .bind(new.pages)
        .fetch_one(&self.db)
        .await
    }

    /// The book as it is then; `None` if there is none.
    pub async fn finish(&self, id: i64) -> Result<Option<Book>> {
        sql("UPDATE books SET finished = TRUE WHERE id = $1
             RETURNING id, title, pages, finished")
        .bind(id)
        .fetch_optional(&self.db)
        .await
    }

    /// `false` if there is no such book.
    pub async fn delete(&self, id: i64) -> Result<bool> {
        let rows = sql("DELETE FROM books WHERE id = $1")
            .bind(id)
            .rows_affected(&self.db)
            .await?;
        Ok(rows == 1)
    }
}
