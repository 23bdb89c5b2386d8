//! Sources with records that are none, and sources that fail on the way: told with a reason, and nothing else is lost.

use std::{fs, path::PathBuf};

use rusqlite::Connection;
use underpin::{
    db::{DbUrl, Engine},
    import::{Options, Source},
};

use super::setup::{Library, book, books};

/// A database of someone else's, made by these statements.
fn other(library: &Library, statements: &str) -> DbUrl {
    let path = library.folder.path().join("other.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(statements).unwrap();
    DbUrl::Sqlite(path)
}

#[underpin::test]
async fn a_row_with_a_value_that_json_has_not_is_rejected_alone(engine: Engine) {
    let library = Library::new(engine).await;
    let url = other(
        &library,
        r#"CREATE TABLE "my ""books""" (isbn, title, pages, added);
           INSERT INTO "my ""books""" VALUES
               ('A', 'Bytes', x'00ff', '2024-01-05'),
               ('B', CAST(x'ff' AS text), 1, '2024-01-05'),
               ('C', NULL, 1, '2024-01-05'),
               ('D', 'Half', 1.5, '2024-01-05'),
               ('E', 'Whole', 2.0, '2024-01-05'),
               ('F', 'Good', 3, '2024-01-05');"#,
    );
    let mut report = library.import(&Source::table(url, "my \"books\"")).await;
    for (kind, at) in [
        ("binary_value", 0),
        ("not_utf8", 1),
        ("string_type", 2),
        ("int_from_float", 3),
        ("coerced", 4),
    ] {
        assert_eq!(report.positions(kind).unwrap(), [at], "{kind}");
    }
    let pages: Vec<i32> = library.rows().await.iter().map(|row| row.2).collect();
    assert_eq!(pages, [2, 3]);
}

#[underpin::test]
async fn a_query_that_cannot_be_run_is_told_by_its_database(engine: Engine) {
    let library = Library::new(engine).await;
    let missing = DbUrl::Sqlite(library.folder.path().join("missing.db"));
    for (url, told) in [
        (library.place.url().clone(), "nowhere"),
        (missing, "unable to open database file"),
    ] {
        let source = Source::query(url, "SELECT * FROM nowhere");
        let refused = library.importer.dry_run(&source, &library.options()).await;
        let refused = refused.unwrap_err().chain();
        assert!(refused.contains(told), "{refused}");
    }
    assert!(library.rows().await.is_empty());
    assert!(!library.folder.path().join("missing.db").exists());
}

/// What was read before is in, so it would be wrong to say that nothing is.
#[underpin::test]
async fn a_source_that_fails_on_the_way_does_not_say_that_nothing_was_written(engine: Engine) {
    let library = Library::new(engine).await;
    let url = other(
        &library,
        "CREATE TABLE books AS WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 1999)
         SELECT printf('B%05d', n) AS isbn, printf('Title %d', n) AS title, n % 900 + 1 AS pages,
                '2024-02-29' AS added FROM n",
    );
    let failing =
        "SELECT isbn, title, iif(rowid = 1701, abs(-9223372036854775808), pages) AS pages, added
                     FROM books ORDER BY rowid";
    let options = Options {
        resume: true,
        ..library.options()
    };
    let source = Source::query(url.clone(), failing);
    let refused = library.importer.run(&source, &options).await;
    let refused = refused.unwrap_err().chain();
    assert!(refused.contains("integer overflow"), "{refused}");
    assert!(!refused.contains("Nothing was written"), "{refused}");
    assert_eq!(library.rows().await.len(), 1500);
    let mended = Source::query(
        url,
        "SELECT isbn, title, pages, added FROM books ORDER BY rowid",
    );
    let report = library.importer.run(&mended, &options).await.unwrap();
    assert_eq!(report.resumed_at, Some(1500));
    assert_eq!(library.rows().await.len(), 2000);
}

fn bytes(library: &Library, name: &str, bytes: &[u8]) -> PathBuf {
    let path = library.folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

#[underpin::test]
async fn a_line_that_is_no_record_is_rejected_alone(engine: Engine) {
    let library = Library::new(engine).await;
    let table = b"isbn\ttitle\tpages\tadded\nA\tFirst\t1\t2024-01-05\nB\tLatin \xe9\t1\t2024-01-05\nC\tShort\n";
    let file = bytes(&library, "books.tsv", table);
    let mut report = library.import(&Source::file(file, [""; 0])).await;
    assert_eq!(report.positions("not_utf8").unwrap(), [1]);
    assert_eq!(report.positions("wrong_number_of_fields").unwrap(), [2]);
    assert_eq!((report.counts.inserted, report.counts.rejected), (1, 2));
}

#[underpin::test]
async fn a_line_of_other_characters_is_rejected_alone(engine: Engine) {
    let library = Library::new(engine).await;
    let latin = book(1)
        .to_string()
        .replace("Title", "Titl\u{1}")
        .into_bytes();
    let latin = latin
        .split(|byte| *byte == 1)
        .collect::<Vec<_>>()
        .join(&0xe9);
    let lines = [latin.as_slice(), b"", b"  ", book(2).to_string().as_bytes()].join(&b'\n');
    let file = bytes(&library, "books.ndjson", &lines);
    let mut report = library.import(&Source::file(file, [""; 0])).await;
    assert_eq!(report.positions("not_utf8").unwrap(), [0]);
    assert_eq!((report.counts.inserted, report.counts.rejected), (1, 1));
}

#[underpin::test]
async fn what_is_no_file_of_records_is_refused(engine: Engine) {
    let library = Library::new(engine).await;
    let latin = bytes(&library, "latin.csv", b"isbn,titl\xe9\nA,First\n");
    let folder = library.folder.path().to_owned();
    let long = [book(1).to_string().as_bytes(), b"\n", &vec![b'1'; 17 << 20]].concat();
    let long = bytes(&library, "long.jsonl", &long);
    let twice = library.file("twice.json", r#"{"books": [], "books": []}"#);
    for (source, told) in [
        (
            Source::file(long, [""; 0]),
            "a record of more than 16 MiB in line 2",
        ),
        (Source::file(twice, ["books"]), "has `books` twice"),
        (Source::csv(latin), "names of fields that are not UTF-8"),
        (Source::file(folder, [""; 0]), "is a directory"),
    ] {
        let refused = library.importer.run(&source, &library.options()).await;
        let refused = refused.unwrap_err().chain();
        assert!(refused.contains(told), "{refused}");
    }
    assert!(library.rows().await.is_empty());
}

#[underpin::test]
async fn nothing_is_written_where_no_backup_can_be_made(engine: Engine) {
    let library = Library::new(engine).await;
    let options = Options {
        backups: Some(library.file("a file", "and no directory")),
        ..library.options()
    };
    let source = library.document(&books(3));
    let refused = library.importer.run(&source, &options).await;
    let refused = refused.unwrap_err().chain();
    assert!(refused.contains("the backup cannot be made"), "{refused}");
    assert!(library.rows().await.is_empty());
    let report = library.import(&source).await;
    assert_eq!(report.counts.inserted, 3, "and it holds nothing up");
}
