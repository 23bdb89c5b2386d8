//! Imports of an example model, on both engines: what is told, what is written, what is undone.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

mod any;
mod history;
mod keys;
mod refused;
mod reports;
mod seen;
mod setup;
mod sources;
mod types;

use std::fs;

use serde_json::{Value as Json, json};
use underpin::{
    db::{Db, DbConfig, DbUrl, Engine, sql},
    import::{OnError, Options, Outcome, Report, Source},
    testing::TestDb,
};

use self::setup::{Library, books, on_each};

/// Three good books, and one record for each thing that can be said of others.
fn faulty() -> Vec<Json> {
    let mut of = books(3);
    let same = of[0].clone();
    let mut other = of[1].clone();
    other["pages"] = json!(7);
    of.extend([
        same,
        other,
        json!({ "isbn": "b00002", "title": "In other letters", "pages": "12", "added": "2024-02-29", "note": 1, "more": {} }),
        json!({ "isbn": "", "title": "", "pages": 0, "added": "yesterday" }),
        json!({ "isbn": "N1", "title": "a\0b", "pages": 1, "added": "2024-02-29" }),
        json!("junk"),
        json!({}),
        json!(17),
    ]);
    of
}

#[test]
fn every_fault_is_told_with_its_kind_and_place() {
    on_each(|library| async move {
        let of = faulty();
        let source = library.document(&of);
        let dry = library
            .importer
            .dry_run(&source, &library.options())
            .await
            .unwrap();
        assert!(library.rows().await.is_empty(), "a dry run writes nothing");
        let mut report = library.import(&source).await;
        assert_eq!(report.counts, dry.counts);
        let counts = report.counts;
        assert_eq!(
            (
                counts.read,
                counts.inserted,
                counts.skipped,
                counts.rejected
            ),
            (11, 4, 1, 6)
        );
        assert!(counts.add_up());
        assert_eq!(report.outcome(), Outcome::Rejected);
        let kinds = report.kinds().unwrap();
        let told = |kind: &str, variant: &str| {
            kinds
                .iter()
                .any(|(a, b, count)| a == kind && b == variant && *count == 1)
        };
        for (kind, variant) in [
            ("duplicate_identical", "isbn"),
            ("duplicate_different", "isbn"),
            ("key_case_variant", "isbn"),
            ("coerced", "pages"),
            ("extra_field", "note"),
            ("extra_nested_field", "more"),
            ("string_too_short", "isbn"),
            ("string_too_short", "title"),
            ("greater_than", "pages"),
            ("date_from_datetime_parsing", "added"),
            ("nul_character", "title"),
            ("empty_object", ""),
        ] {
            assert!(told(kind, variant), "{kind} {variant}: {kinds:?}");
        }
        assert_eq!(report.positions("not_an_object").unwrap(), [8, 10]);
        assert_eq!(report.positions("duplicate_different").unwrap(), [4]);
        saved_reports_tell_places_and_no_values(&library, &mut report);
    });
}

fn saved_reports_tell_places_and_no_values(library: &Library, report: &mut Report) {
    let path = library.folder.path().join("report.json");
    report.save(&path).unwrap();
    let saved: Json = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let text = fs::read_to_string(library.folder.path().join("books.json")).unwrap();
    let finding = saved["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["index"] == 9)
        .unwrap();
    let byte = usize::try_from(finding["byte"].as_u64().unwrap()).unwrap();
    assert!(text[byte..].starts_with("{}"), "{}", &text[byte..]);
    let line = text[..byte].lines().count();
    assert_eq!(finding["line"], json!(line));
    for ending in ["html", "txt"] {
        let path = library.folder.path().join(format!("report.{ending}"));
        report.save(&path).unwrap();
        let written = fs::read_to_string(&path).unwrap();
        assert!(written.contains("duplicate_different") && !written.contains("In other letters"));
    }
}

#[test]
fn importing_again_changes_nothing_and_an_edit_one_row() {
    on_each(|library| async move {
        let mut of = books(1203);
        library.import(&library.document(&of)).await;
        let before = library.ids().await;
        let again = library.import(&library.document(&of)).await;
        assert_eq!((again.counts.unchanged, again.counts.inserted), (1203, 0));
        of[700]["title"] = json!("Edited");
        let edited = library.import(&library.document(&of)).await;
        assert_eq!((edited.counts.unchanged, edited.counts.updated), (1202, 1));
        assert_eq!(library.ids().await, before);
        assert_eq!(edited.outcome(), Outcome::Clean);
    });
}

#[test]
fn an_interrupted_run_goes_on_where_it_was() {
    on_each(|library| async move {
        let whole = books(2600);
        let source = library.document(&whole);
        let options = Options {
            resume: true,
            ..library.options()
        };
        library
            .failing_at(3)
            .run(&source, &options)
            .await
            .unwrap_err();
        assert_eq!(library.rows().await.len(), 1000);
        let mut edited = whole.clone();
        edited[3]["pages"] = json!(99);
        let other = library.document(&edited);
        let refused = library.importer.run(&other, &options).await.unwrap_err();
        assert!(
            refused.chain().contains("differs before the checkpoint"),
            "{refused:?}"
        );
        let shorter = library.document(&whole[..700]);
        library.importer.run(&shorter, &options).await.unwrap_err();
        assert_eq!(library.rows().await.len(), 1000);
        let report = library
            .importer
            .run(&library.document(&whole), &options)
            .await
            .unwrap();
        assert_eq!(
            (report.resumed_at, report.counts.inserted),
            (Some(1000), 2600)
        );
        assert_eq!(
            (report.outcome(), library.rows().await.len()),
            (Outcome::Clean, 2600)
        );
        let run = report.run.unwrap();
        library.importer.roll_back(&run, false).await.unwrap();
        assert!(library.rows().await.is_empty());
    });
}

#[test]
fn verification_names_what_was_planted() {
    on_each(|library| async move {
        let source = library.document(&books(900));
        library.import(&source).await;
        let clean = library
            .importer
            .verify(&source, &library.options())
            .await
            .unwrap();
        assert_eq!(clean.outcome(), Outcome::Clean);
        library
            .execute("UPDATE books SET title = 'Title 1o0' WHERE isbn = 'B00100'")
            .await;
        library
            .execute("DELETE FROM books WHERE isbn = 'B00200'")
            .await;
        library
            .execute(
                "INSERT INTO books (isbn, title, pages, added) VALUES ('X', 'x', 1, '2020-01-01')",
            )
            .await;
        library
            .execute("UPDATE books SET added = '2024-02-28' WHERE isbn = 'B00300'")
            .await;
        let mut report = library
            .importer
            .verify(&source, &library.options())
            .await
            .unwrap();
        assert_eq!(report.outcome(), Outcome::Different);
        let found = report.differences().unwrap();
        let found: Vec<(&str, &str, &str)> = found
            .iter()
            .map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str()))
            .collect();
        assert_eq!(found.len(), 4, "{found:?}");
        for planted in [
            ("changed", "B00100", "title"),
            ("changed", "B00300", "added"),
            ("extra", "X", ""),
            ("missing", "B00200", ""),
        ] {
            assert!(found.contains(&planted), "{found:?}");
        }
    });
}

#[test]
fn a_rollback_puts_everything_back() {
    on_each(|library| async move {
        let mut of = books(1100);
        library.import(&library.document(&of[..600])).await;
        library
            .execute("UPDATE books SET shelf = 'A \"quoted\" shelf' WHERE pages < 100")
            .await;
        let before = (library.rows().await, library.ids().await);
        for edited in of.iter_mut().step_by(3) {
            edited["title"] = json!("Änderung 😀");
        }
        let report = library.import(&library.document(&of)).await;
        let run = report.run.unwrap();
        assert_eq!((report.counts.updated, report.counts.inserted), (200, 500));
        library
            .execute("UPDATE books SET pages = 1 WHERE isbn = 'B00003'")
            .await;
        library
            .execute("DELETE FROM books WHERE isbn = 'B00006'")
            .await;
        let refused = library.importer.roll_back(&run, false).await.unwrap();
        assert!(refused.refused);
        assert_eq!(refused.keys, ["B00003", "B00006"]);
        let done = library.importer.roll_back(&run, true).await.unwrap();
        assert_eq!((done.removed, done.restored), (500, 200));
        assert_eq!((library.rows().await, library.ids().await), before);
        library.importer.roll_back(&run, true).await.unwrap_err();
        library
            .importer
            .roll_back("nothing", true)
            .await
            .unwrap_err();
    });
}

#[test]
fn every_source_brings_the_same_rows() {
    on_each(|library| async move {
        let of = books(30);
        library.import(&library.document(&of)).await;
        let expected = library.rows().await;
        let lines: Vec<String> = of.iter().map(Json::to_string).collect();
        let cells = of.iter().map(|book| {
            let text = |name: &str| book[name].as_str().unwrap().to_owned();
            format!(
                "{},\"{}\",{},{}",
                text("isbn"),
                text("title"),
                book["pages"],
                text("added")
            )
        });
        let csv: Vec<String> = std::iter::once("isbn,title,pages,added".to_owned())
            .chain(cells)
            .collect();
        let mut sources = vec![
            Source::lines(library.file("books.ndjson", &lines.join("\n"))),
            Source::csv(library.file("books.csv", &csv.join("\n"))),
            Source::json(
                library.file("list.json", &format!("\u{feff}[{}]", lines.join(","))),
                [""; 0],
            ),
        ];
        for engine in TestDb::engines().await {
            let other = Library::new(engine).await;
            other.import(&other.document(&of)).await;
            let url: DbUrl = other.place.url().clone();
            sources.push(Source::query(
                url,
                "SELECT isbn, title, pages, added FROM books ORDER BY id",
            ));
            library.execute("DELETE FROM books").await;
            let report = library.import(sources.last().unwrap()).await;
            assert_eq!(
                (report.outcome(), library.rows().await),
                (Outcome::Clean, expected.clone())
            );
        }
        for source in &sources[..3] {
            library.execute("DELETE FROM books").await;
            let mut report = library.import(source).await;
            assert_eq!(library.rows().await, expected);
            assert_eq!(report.kinds().unwrap(), []);
        }
    });
}

#[test]
fn what_only_the_database_refuses_takes_nothing_down() {
    on_each(|library| async move {
        let mut of = books(1300);
        for at in [0, 499, 500, 777] {
            of[at]["pages"] = json!(6000);
        }
        let source = library.document(&of);
        let mut report = library.import(&source).await;
        assert_eq!(
            report.positions("refused_by_database").unwrap(),
            [0, 499, 500, 777]
        );
        assert_eq!((report.counts.inserted, report.counts.rejected), (1296, 4));
        assert_eq!(report.outcome(), Outcome::Rejected);
        assert_eq!(library.rows().await.len(), 1296);
    });
}

#[test]
fn stopping_on_errors_writes_nothing() {
    on_each(|library| async move {
        let mut of = books(700);
        of[650]["pages"] = json!("many");
        let options = Options {
            on_error: OnError::Stop,
            ..library.options()
        };
        let source = library.document(&of);
        let report = library.importer.run(&source, &options).await.unwrap();
        assert_eq!(
            (report.outcome(), report.run.as_deref()),
            (Outcome::Rejected, None)
        );
        assert!(library.rows().await.is_empty());
        of[650]["pages"] = json!(12);
        let report = library
            .importer
            .run(&library.document(&of), &options)
            .await
            .unwrap();
        assert_eq!(report.outcome(), Outcome::Clean);
    });
}

#[test]
fn the_backup_is_what_was_there() {
    on_each(|library| async move {
        library.import(&library.document(&books(20))).await;
        let report = library.import(&library.document(&books(40))).await;
        let backup = report.backup.unwrap();
        if library.db.engine() == Engine::Sqlite {
            let url: DbUrl = format!("sqlite:{backup}").parse().unwrap();
            let copy = Db::connect(DbConfig::new(url)).await.unwrap();
            let rows: i64 = sql("SELECT count(*) FROM books")
                .fetch_one(&copy)
                .await
                .unwrap();
            assert_eq!(rows, 20);
        } else {
            let text = fs::read_to_string(&backup).unwrap();
            assert_eq!(text.lines().count(), 20);
            let first: Json = serde_json::from_str(text.lines().next().unwrap()).unwrap();
            assert_eq!(first["title"], "Title 0");
        }
    });
}
