//! Reports as they are read at a terminal: short, and nothing in them moves the cursor.

use serde_json::json;
use underpin::{
    db::Engine,
    import::{OnError, Options, Outcome, Report},
};

use super::setup::{Library, book, books};

fn printed(report: &mut Report) -> String {
    let mut out = Vec::new();
    report.print(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn saved(library: &Library, report: &mut Report) -> String {
    let path = library.folder.path().join("report.txt");
    report.save(&path).unwrap();
    std::fs::read_to_string(path).unwrap()
}

#[underpin::test]
async fn the_first_findings_are_shown_and_a_file_has_all(engine: Engine) {
    let library = Library::new(engine).await;
    let mut of = books(30);
    for book in of.iter_mut().take(25) {
        book["pages"] = json!(0);
    }
    let options = Options {
        on_error: OnError::Stop,
        ..library.options()
    };
    let source = library.document(&of);
    let mut report = library.importer.run(&source, &options).await.unwrap();
    let text = printed(&mut report);
    assert!(
        text.starts_with(
            "stopped before writing: books.json into the table books: records were rejected"
        ),
        "{text}"
    );
    assert_eq!(text.matches("(pages: greater_than)").count(), 20, "{text}");
    assert!(
        text.contains("and 5 more; --report FILE tells all"),
        "{text}"
    );
    let whole = saved(&library, &mut report);
    assert_eq!(
        whole.matches("(pages: greater_than)").count(),
        25,
        "{whole}"
    );
    assert!(!whole.contains("more; --report"), "{whole}");
}

#[underpin::test]
async fn the_first_differences_are_shown_and_a_file_has_all(engine: Engine) {
    let library = Library::new(engine).await;
    let source = library.document(&books(40));
    library.import(&source).await;
    library
        .execute("UPDATE books SET title = 'other' WHERE isbn < 'B00012'")
        .await;
    library
        .execute("DELETE FROM books WHERE isbn >= 'B00028'")
        .await;
    let options = library.options();
    let mut report = library.importer.verify(&source, &options).await.unwrap();
    assert_eq!(report.outcome(), Outcome::Different);
    let told = |text: &str| {
        (
            text.matches("changed [").count(),
            text.matches("missing [").count(),
        )
    };
    let text = printed(&mut report);
    assert!(
        text.starts_with("verification: books.json into the table books: source and target differ"),
        "{text}"
    );
    assert!(
        text.contains("40 expected, 28 rows in the table: 16 the same, 12 missing, 12 changed"),
        "{text}"
    );
    assert!(text.contains("changed [B00000]: title"), "{text}");
    assert!(
        text.contains("and 4 more differences; --report FILE tells all"),
        "{text}"
    );
    let (changed, missing) = told(&text);
    assert_eq!(changed + missing, 20, "{text}");
    assert_eq!(told(&saved(&library, &mut report)), (12, 12));
}

#[underpin::test]
async fn a_name_in_a_file_cannot_write_on_the_terminal(engine: Engine) {
    let library = Library::new(engine).await;
    let mut odd = book(1);
    odd["\u{1b}[2Jall is well\r\n\u{202e}"] = json!(1);
    odd["n".repeat(200)] = json!(1);
    let mut report = library.import(&library.document(&[odd])).await;
    for text in [printed(&mut report), saved(&library, &mut report)] {
        assert!(
            text.contains("\\u{1b}[2Jall is well\\u{d}\\u{a}\\u{202e}"),
            "{text}"
        );
        assert!(!text.contains(['\u{1b}', '\r', '\u{202e}']), "{text}");
        assert!(
            text.contains('…') && !text.contains(&"n".repeat(81)),
            "{text}"
        );
    }
}
