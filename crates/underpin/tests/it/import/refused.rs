//! Sources that are no good documents: refused with a reason before anything is written.

use std::{fs, path::PathBuf};

use underpin::{db::DbUrl, import::Source};

use super::setup::{Library, book, on_each};

#[test]
fn bad_documents_are_refused_before_anything_happens() {
    on_each(|library| async move {
        let deep = "[".repeat(1000) + &"]".repeat(1000);
        let good = book(1).to_string();
        for (text, told) in [
            (String::new(), "is empty"),
            ("not json".to_owned(), "is not JSON"),
            (
                "[1, 2]".to_owned(),
                "has no array of records at `library.books`",
            ),
            ("17".to_owned(), "has no array of records"),
            (r#"{"library": 5}"#.to_owned(), "has no array of records"),
            (r#"{"library": {}}"#.to_owned(), "has no array of records"),
            (
                r#"{"library": {"books": {}}}"#.to_owned(),
                "has no array of records",
            ),
            (
                format!(r#"{{"library": {{"books": [{good}, {{"isbn": "#),
                "is cut off",
            ),
            (
                format!(r#"{{"library": {{"books": [{good}]}}"#),
                "is cut off",
            ),
            (
                format!(r#"{{"library": {{"books": [{good}]}}}} more"#),
                "is not JSON",
            ),
            (
                format!(r#"{{"library": {{"books": [{good}, {deep}]}}}}"#),
                "nested more than 500 deep",
            ),
            (deep.clone(), "has no array of records"),
        ] {
            let source = Source::json(library.file("bad.json", &text), ["library", "books"]);
            let refused = library
                .importer
                .run(&source, &library.options())
                .await
                .unwrap_err();
            assert!(
                refused.chain().contains(told),
                "{}: {refused:?}",
                &text[..text.len().min(60)]
            );
        }
        let source = Source::json("/nowhere/at/all.json", ["library"]);
        let refused = library
            .importer
            .run(&source, &library.options())
            .await
            .unwrap_err();
        assert!(refused.chain().contains("cannot be read"));
        assert!(library.rows().await.is_empty());
        assert!(!library.folder.path().join("backups").exists());
    });
}

async fn is_refused(library: &Library, source: Source, told: &str) {
    let refused = library.importer.run(&source, &library.options()).await;
    let refused = refused.unwrap_err().chain();
    assert!(refused.contains(told), "{told}: {refused}");
    assert!(library.rows().await.is_empty());
    assert!(!library.folder.path().join("backups").exists());
}

fn bytes(library: &Library, name: &str, bytes: &[u8]) -> PathBuf {
    let path = library.folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_file_of_wide_characters_is_named_for_what_it_is() {
    on_each(|library| async move {
        let text = format!(r#"{{"library": {{"books": [{}]}}}}"#, book(1));
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes_of in [[&b"\xff\xfe"[..], &little].concat(), little, big] {
            let file = bytes(&library, "wide.json", &bytes_of);
            is_refused(
                &library,
                Source::json(file, ["library", "books"]),
                "is UTF-16",
            )
            .await;
        }
    });
}

#[test]
fn a_name_without_end_is_not_held_in_memory() {
    on_each(|library| async move {
        let text = format!(
            r#"{{"{}": 1, "library": {{"books": []}}}}"#,
            "k".repeat(17 << 20)
        );
        let source = Source::json(library.file("name.json", &text), ["library", "books"]);
        is_refused(&library, source, "a name of more than 16 MiB").await;
    });
}

#[test]
fn a_table_without_names_or_with_an_open_quote_is_refused() {
    on_each(|library| async move {
        let good = "isbn,title,pages,added\nA,First,1,2024-01-05\n";
        for (text, told) in [
            (
                "A,First,1,2024-01-05\nB,Second,2,2024-01-06\n".to_owned(),
                "has no field `isbn`",
            ),
            (String::new(), "is empty"),
            (
                format!("{good}B,\"Second,2,2024-01-06\nC,Third,3,2024-01-07\n"),
                "line 3",
            ),
            (
                format!("{good}B,\"Second\"\",2,2024-01-06"),
                "a quote that nothing closes",
            ),
            (
                "isbn,\"title,pages\nA,First,1".to_owned(),
                "a quote that nothing closes",
            ),
        ] {
            let source = Source::csv(library.file("bad.csv", &text));
            is_refused(&library, source, told).await;
        }
        let text = format!("{good}B,\"Second\nline\",2,2024-01-06\nC,5\" tall,3,2024-01-07\n\n");
        let report = library
            .import(&Source::csv(library.file("good.csv", &text)))
            .await;
        assert_eq!((report.counts.inserted, report.counts.rejected), (3, 0));
    });
}

#[test]
fn a_number_beyond_all_numbers_is_told_as_one() {
    on_each(|library| async move {
        let record = format!(
            r#"{{"isbn": "A", "title": "T", "added": "2024-01-05", "pages": {}}}"#,
            "9".repeat(100_000)
        );
        let source = Source::lines(library.file("long.ndjson", &record));
        let mut report = library.import(&source).await;
        assert_eq!(report.positions("number_too_long").unwrap(), [0]);
    });
}

#[test]
fn a_field_that_stands_twice_is_told_and_the_last_value_counts() {
    on_each(|library| async move {
        let same = r#"{"isbn": "A", "isbn": "A", "title": "T", "pages": 1, "added": "2024-01-05"}"#;
        let other = r#"{"isbn": "B", "title": "T", "pages": 1, "added": "2024-01-05", "pages": 2}"#;
        let file = library.file("twice.ndjson", &format!("{same}\n{other}"));
        let mut report = library.import(&Source::lines(file)).await;
        assert_eq!(report.positions("repeated_field").unwrap(), [1]);
        let pages: Vec<i32> = library.rows().await.iter().map(|row| row.2).collect();
        assert_eq!(pages, [1, 2]);
    });
}

#[test]
fn another_database_that_cannot_be_read_is_refused_before_anything_happens() {
    on_each(|library| async move {
        let other = library.folder.path().join("other.db");
        rusqlite::Connection::open(&other).unwrap();
        let missing = library.folder.path().join("missing.db");
        let table = |path: PathBuf| Source::table(DbUrl::Sqlite(path), "books");
        is_refused(&library, table(missing), "unable to open").await;
        is_refused(&library, table(other), "no such table: books").await;
        let nobody = "postgresql://nobody@127.0.0.1:1/nothing".parse().unwrap();
        let nobody = Source::table(nobody, "books");
        is_refused(&library, nobody, "cannot be used").await;
    });
}
