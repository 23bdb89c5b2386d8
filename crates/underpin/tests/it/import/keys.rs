//! Keys that are no texts: a row is found by them, named by them, and put back by them.

use chrono::NaiveDate;
use serde_json::{Value as Json, json};
use underpin::{
    Clock, Random,
    db::{Db, DbConfig, Engine, Value, dialects, sql},
    import::{Import, Importer, Options, Source, Table},
    model,
    testing::EmptyDb,
};
use uuid::Uuid;

/// A visit on its way in.
#[model(request)]
struct NewVisit {
    /// Which one.
    id: Uuid,
    /// When.
    day: NaiveDate,
    /// Why.
    reason: String,
}

const COLUMNS: &[&str] = &["id", "day", "reason"];

fn row(new: NewVisit) -> Vec<Value> {
    vec![new.id.into(), new.day.into(), new.reason.into()]
}

struct ById;

impl Import for ById {
    type Record = NewVisit;
    const KEY: &'static str = "id";

    fn table(&self) -> Table {
        Table::new("visits", "id", COLUMNS)
    }

    fn row(&self, new: NewVisit) -> Vec<Value> {
        row(new)
    }
}

struct ByDay;

impl Import for ByDay {
    type Record = NewVisit;
    const KEY: &'static str = "day";

    fn table(&self) -> Table {
        Table::new("visits", "day", COLUMNS)
    }

    fn row(&self, new: NewVisit) -> Vec<Value> {
        row(new)
    }
}

const SQLITE: &str =
    "CREATE TABLE visits (id TEXT PRIMARY KEY, day TEXT UNIQUE, reason TEXT) STRICT";
const POSTGRES: &str = "CREATE TABLE visits (id uuid PRIMARY KEY, day date UNIQUE, reason text)";

const ONE: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";
const TWO: &str = "00000000-0000-0000-0000-000000000002";

async fn reasons(db: &Db) -> Vec<String> {
    let all = sql("SELECT reason FROM visits ORDER BY day");
    all.fetch_all(db).await.unwrap()
}

/// Writes one row, then changes it and adds another; a stranger's edit is named by `key`; and all is put back.
async fn written_and_undone(engine: Engine, import: impl Import, key: &str) {
    let (place, folder) = (EmptyDb::new(engine).await, tempfile::tempdir().unwrap());
    let db = Db::connect(DbConfig::new(place.url().clone()))
        .await
        .unwrap();
    let create = sql(dialects(SQLITE, POSTGRES));
    create.rows_affected(&db).await.unwrap();
    let importer = Importer::new(import, db.clone(), Clock::system(), Random::system());
    let options = Options {
        quiet: true,
        backups: Some(folder.path().join("backups")),
        ..Options::default()
    };
    let source = |visits: Json| {
        let file = folder.path().join("visits.json");
        std::fs::write(&file, visits.to_string()).unwrap();
        Source::json(file, [""; 0])
    };
    let first = json!({ "id": ONE, "day": "2024-02-29", "reason": "a" });
    let run = importer.run(&source(json!([first])), &options).await;
    assert_eq!(run.unwrap().counts.inserted, 1);
    let changed = json!({ "id": ONE, "day": "2024-02-29", "reason": "b" });
    let new = json!({ "id": TWO, "day": "2024-03-01", "reason": "c" });
    let report = importer.run(&source(json!([changed, new])), &options).await;
    let report = report.unwrap();
    assert_eq!((report.counts.updated, report.counts.inserted), (1, 1));
    let run = report.run.unwrap();
    let edit = sql("UPDATE visits SET reason = 'd' WHERE reason = 'b'");
    edit.rows_affected(&db).await.unwrap();
    let refused = importer.roll_back(&run, false).await.unwrap();
    assert_eq!(
        (refused.refused, refused.keys),
        (true, vec![key.to_owned()])
    );
    let done = importer.roll_back(&run, true).await.unwrap();
    assert_eq!((done.restored, done.removed), (1, 1));
    assert_eq!(reasons(&db).await, ["a"]);
}

#[underpin::test]
async fn a_run_by_uuids_is_undone(engine: Engine) {
    written_and_undone(engine, ById, ONE).await;
}

#[underpin::test]
async fn a_run_by_days_is_undone(engine: Engine) {
    written_and_undone(engine, ByDay, "2024-02-29").await;
}
