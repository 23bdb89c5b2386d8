//! What these tests start from: a model, its import, and a library of it on a database of its own.

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use chrono::NaiveDate;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use underpin::{
    Clock, Error, Random, Result,
    db::{Db, DbConfig, Engine, Transaction, Value, sql},
    import::{Checkpoint, CheckpointState, Import, Importer, Options, Report, Source, Table},
    model,
    testing::{EmptyDb, TestDb, block_on},
};

use super::seen::Seen;

/// A book on its way in.
#[model(request)]
pub struct NewBook {
    /// The key.
    #[field(min_length = 1, max_length = 20)]
    isbn: String,
    /// Its title.
    #[field(min_length = 1)]
    title: String,
    /// Its length.
    #[field(gt = 0)]
    pages: i32,
    /// The day it came.
    added: NaiveDate,
}

/// What happens at checkpoints is noted.
pub struct Books {
    /// Fails in the transaction of this batch; 0: never.
    fails_at: AtomicI64,
    seen: Arc<Seen>,
}

impl Import for Books {
    type Record = NewBook;
    const KEY: &'static str = "isbn";

    fn table(&self) -> Table {
        Table {
            kept: &["id", "shelf"],
            ..Table::new("books", "isbn", &["isbn", "title", "pages", "added"])
        }
    }

    fn row(&self, book: NewBook) -> Vec<Value> {
        vec![
            book.isbn.into(),
            book.title.into(),
            book.pages.into(),
            book.added.into(),
        ]
    }

    fn at(&self) -> Vec<&'static str> {
        vec!["library", "books"]
    }

    async fn on_checkpoint(&self, on: &mut Transaction, checkpoint: &Checkpoint) -> Result<()> {
        self.seen.note(on, checkpoint).await?;
        if checkpoint.batch == self.fails_at.load(Ordering::Relaxed)
            && checkpoint.state != CheckpointState::Failed
        {
            return Err(Error::bad_request("the power went off"));
        }
        Ok(())
    }
}

const SQLITE: &str =
    "CREATE TABLE books (id INTEGER PRIMARY KEY, isbn TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    pages INTEGER NOT NULL CHECK (pages < 5000), added TEXT NOT NULL, shelf TEXT) STRICT";
const POSTGRES: &str = "CREATE TABLE books (id serial PRIMARY KEY, isbn varchar(20) NOT NULL UNIQUE,
    title text NOT NULL, pages integer NOT NULL CHECK (pages < 5000), added date NOT NULL, shelf text)";

pub struct Library {
    pub importer: Importer<Books>,
    pub seen: Arc<Seen>,
    pub db: Db,
    pub folder: TempDir,
    pub place: EmptyDb,
}

impl Library {
    pub async fn new(engine: Engine) -> Self {
        let place = EmptyDb::new(engine).await;
        let db = Db::connect(DbConfig::new(place.url().clone()))
            .await
            .unwrap();
        sql(underpin::db::dialects(SQLITE, POSTGRES))
            .rows_affected(&db)
            .await
            .unwrap();
        let seen = Arc::new(Seen::new(engine));
        let books = Books {
            fails_at: 0.into(),
            seen: Arc::clone(&seen),
        };
        let importer = Importer::new(books, db.clone(), Clock::system(), Random::system());
        let folder = tempfile::tempdir().unwrap();
        Self {
            importer,
            seen,
            db,
            folder,
            place,
        }
    }

    /// As if the process had been another one.
    pub fn failing_at(&self, batch: i64) -> Importer<Books> {
        let books = Books {
            fails_at: batch.into(),
            seen: Arc::clone(&self.seen),
        };
        Importer::new(books, self.db.clone(), Clock::system(), Random::system())
    }

    pub fn options(&self) -> Options {
        Options {
            quiet: true,
            backups: Some(self.folder.path().join("backups")),
            ..Options::default()
        }
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    pub fn document(&self, books: &[Json]) -> Source {
        let text =
            serde_json::to_string_pretty(&json!({ "version": [1], "library": { "books": books } }));
        Source::json(
            self.file("books.json", &text.unwrap()),
            ["library", "books"],
        )
    }

    pub async fn import(&self, source: &Source) -> Report {
        self.importer.run(source, &self.options()).await.unwrap()
    }

    pub async fn rows(&self) -> Vec<(String, String, i32, NaiveDate, Option<String>)> {
        sql("SELECT isbn, title, pages, added, shelf FROM books ORDER BY isbn")
            .fetch_all(&self.db)
            .await
            .unwrap()
    }

    pub async fn ids(&self) -> Vec<(i32, String)> {
        sql("SELECT id, isbn FROM books ORDER BY isbn")
            .fetch_all(&self.db)
            .await
            .unwrap()
    }

    pub async fn execute(&self, text: &'static str) {
        sql(text).rows_affected(&self.db).await.unwrap();
    }
}

pub fn book(number: usize) -> Json {
    json!({ "isbn": format!("B{number:05}"), "title": format!("Title {number}"), "pages": number % 900 + 1, "added": "2024-02-29" })
}

pub fn books(count: usize) -> Vec<Json> {
    (0..count).map(book).collect()
}

pub fn on_each<F: Future<Output = ()>>(test: impl Fn(Library) -> F) {
    block_on(async {
        for engine in TestDb::engines().await {
            test(Library::new(engine).await).await;
        }
    });
}
