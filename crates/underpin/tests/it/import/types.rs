//! A table with a column of every type: what an import writes it finds again, and puts back.

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use underpin::{
    Clock, Random,
    db::{Db, DbConfig, Engine, Value, dialects, sql},
    import::{Import, Importer, Options, Outcome, Report, Source, Table},
    model,
    testing::EmptyDb,
};
use uuid::Uuid;

/// A parcel on its way in.
#[model(request)]
struct NewParcel {
    /// The key.
    number: i64,
    /// Its weight.
    weight: f64,
    /// Whether it breaks.
    fragile: bool,
    /// When it was sent.
    sent: DateTime<Utc>,
    /// What it is followed by.
    tracking: Uuid,
    /// What is stuck to it.
    labels: Vec<String>,
    /// Whatever else there is.
    extra: Json,
    /// What was remarked.
    remark: Option<String>,
}

#[derive(Clone)]
struct Parcels;

impl Import for Parcels {
    type Record = NewParcel;
    const KEY: &'static str = "number";

    fn table(&self) -> Table {
        let columns = &[
            "number", "weight", "fragile", "sent", "tracking", "labels", "extra", "remark",
        ];
        Table::new("parcels", "number", columns)
    }

    fn row(&self, new: NewParcel) -> Vec<Value> {
        vec![
            new.number.into(),
            new.weight.into(),
            new.fragile.into(),
            new.sent.into(),
            new.tracking.into(),
            new.labels.into(),
            new.extra.into(),
            new.remark.into(),
        ]
    }
}

const SQLITE: &str =
    "CREATE TABLE parcels (number INTEGER PRIMARY KEY, weight REAL, fragile INTEGER,
    sent INTEGER, tracking TEXT, labels TEXT, extra TEXT, remark TEXT) STRICT";
const POSTGRES: &str = "CREATE TABLE parcels (number bigint PRIMARY KEY, weight double precision,
    fragile boolean, sent timestamptz, tracking uuid, labels text[], extra jsonb, remark text)";

struct Depot {
    importer: Importer<Parcels>,
    db: Db,
    folder: TempDir,
    _place: EmptyDb,
}

impl Depot {
    async fn new(engine: Engine) -> Self {
        let place = EmptyDb::new(engine).await;
        let config = DbConfig::new(place.url().clone());
        let db = Db::connect(config).await.unwrap();
        let create = sql(dialects(SQLITE, POSTGRES));
        create.rows_affected(&db).await.unwrap();
        let importer = Importer::new(Parcels, db.clone(), Clock::system(), Random::system());
        Self {
            importer,
            db,
            folder: tempfile::tempdir().unwrap(),
            _place: place,
        }
    }

    fn options(&self) -> Options {
        Options {
            quiet: true,
            backups: Some(self.folder.path().join("backups")),
            ..Options::default()
        }
    }

    fn source(&self, parcels: &[Json]) -> Source {
        let file = self.folder.path().join("parcels.json");
        std::fs::write(&file, Json::from(parcels).to_string()).unwrap();
        Source::file(file, Parcels.at())
    }

    async fn import(&self, parcels: &[Json]) -> Report {
        let source = self.source(parcels);
        self.importer.run(&source, &self.options()).await.unwrap()
    }

    async fn rows(&self) -> Vec<(i64, f64, bool, DateTime<Utc>, Uuid, Vec<String>, Json)> {
        let all = "SELECT number, weight, fragile, sent, tracking, labels, extra FROM parcels ORDER BY number";
        sql(all).fetch_all(&self.db).await.unwrap()
    }
}

fn parcels() -> Vec<Json> {
    vec![
        json!({
            "number": 7, "weight": 0.1 + 0.2, "fragile": true,
            "sent": "2024-02-29T12:30:00.000001Z", "tracking": "67e55044-10b1-426f-9247-bb680e5fe0c8",
            "labels": ["this side up", "a \"quoted\" one"], "remark": null,
            "extra": { "to": "Ann", "by": [1, 2.50, { "z": null, "a": 1 }] },
        }),
        json!({
            "number": -12, "weight": -0.0, "fragile": false, "sent": "1969-07-20T20:17:40Z",
            "tracking": "00000000-0000-0000-0000-000000000000", "labels": [], "remark": "light",
            "extra": "none",
        }),
    ]
}

#[underpin::test]
async fn a_row_of_any_types_is_found_as_it_was_written(engine: Engine) {
    let depot = Depot::new(engine).await;
    let first = depot.import(&parcels()).await;
    assert_eq!(
        (first.outcome(), first.counts.inserted),
        (Outcome::Clean, 2)
    );
    let again = depot.import(&parcels()).await;
    assert_eq!((again.counts.unchanged, again.counts.updated), (2, 0));
    let source = depot.source(&parcels());
    let mut found = depot
        .importer
        .verify(&source, &depot.options())
        .await
        .unwrap();
    assert_eq!(found.differences().unwrap(), []);
    assert_eq!(found.outcome(), Outcome::Clean);
}

#[underpin::test]
async fn a_row_of_any_types_is_put_back(engine: Engine) {
    let depot = Depot::new(engine).await;
    depot.import(&parcels()).await;
    let before = depot.rows().await;
    let mut edited = parcels();
    edited[0] = json!({
        "number": 7, "weight": 2, "fragile": false, "sent": "2025-01-01T00:00:00Z",
        "tracking": "00000000-0000-0000-0000-000000000001", "labels": ["lost"], "extra": [],
        "remark": "found again",
    });
    let mut new = edited[1].clone();
    new["number"] = json!(8);
    edited.push(new);
    let report = depot.import(&edited).await;
    assert_eq!((report.counts.updated, report.counts.inserted), (1, 1));
    let run = report.run.unwrap();
    let done = depot.importer.roll_back(&run, false).await.unwrap();
    assert_eq!((done.changed_since, done.restored, done.removed), (0, 1, 1));
    assert_eq!(depot.rows().await, before);
}
