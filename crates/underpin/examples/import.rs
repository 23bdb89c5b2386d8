//! Books from a file into a table: validated, resumable, verified. `import books.json`, then `import --help`.
use underpin::{
    App, Feature,
    cli::Command,
    db::{Migration, Migrations, Script, Value},
    import::{self, Import, Table},
    model,
};

/// A book on its way in.
#[model(request)]
struct NewBook {
    /// What it is known by.
    #[field(min_length = 10, max_length = 13)]
    isbn: String,
    /// What is printed on it.
    #[field(min_length = 1, max_length = 200)]
    title: String,
    /// How long it is.
    #[field(gt = 0)]
    pages: i32,
}

struct Books;

impl Import for Books {
    type Record = NewBook;

    const KEY: &'static str = "isbn";

    fn table(&self) -> Table {
        Table {
            kept: &["id"],
            ..Table::new("books", "isbn", &["isbn", "title", "pages"])
        }
    }

    fn row(&self, book: NewBook) -> Vec<Value> {
        vec![book.isbn.into(), book.title.into(), book.pages.into()]
    }

    fn at(&self) -> Vec<&'static str> {
        vec!["books"]
    }
}

fn command() -> Command {
    import::command("Import books", |_| Ok(Books))
}

static MIGRATIONS: Migrations = Migrations::new(&[Migration {
    number: 1,
    name: "books",
    sqlite: Script {
        up: "CREATE TABLE books (
                 id INTEGER PRIMARY KEY, isbn TEXT NOT NULL UNIQUE, title TEXT NOT NULL, pages INTEGER NOT NULL) STRICT",
        down: Some("DROP TABLE books"),
    },
    postgres: Script {
        up: "CREATE TABLE books (
                 id serial PRIMARY KEY, isbn varchar(13) NOT NULL UNIQUE, title text NOT NULL, pages integer NOT NULL)",
        down: Some("DROP TABLE books"),
    },
}]);

fn main() -> std::process::ExitCode {
    let books = Feature::default().command(command());
    underpin::run(
        App::new("books", "1.0")
            .migrations(&MIGRATIONS)
            .feature(books),
    )
}
