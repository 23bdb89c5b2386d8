//! Books over HTTP: addresses, status codes, shapes. No rules, no SQL.

use underpin::{
    Result, delete, get,
    http::{Created, Json, NoContent, Path, Query, Router, Valid},
    post, routes,
};

use super::{
    model::{Book, NewBook},
    service::BooksService,
};

pub fn router() -> Router {
    Router::new("/books")
        .tag("books")
        .routes(routes![list, create, finish, delete])
}

/// List the books in the order in which they came.
#[get("/")]
async fn list(books: BooksService, finished: Query<Option<bool>>) -> Result<Json<Vec<Book>>> {
    Ok(Json(books.list(finished.into_inner()).await?))
}

/// Put a book on the list.
#[post("/")]
async fn create(books: BooksService, new: Valid<NewBook>) -> Result<Created<Book>> {
    Ok(Created(books.create(new.into_inner()).await?))
}

/// Say that a book is read.
#[post("/{id}/finish", fails(404, 409))]
async fn finish(books: BooksService, id: Path<i64>) -> Result<Json<Book>> {
    Ok(Json(books.finish(*id).await?))
}

/// Take a book off the list.
#[delete("/{id}", fails(404))]
async fn delete(books: BooksService, id: Path<i64>) -> Result<NoContent> {
    books.delete(*id).await?;
    Ok(NoContent)
}
