//! Values there and back, on both engines; and those that a database cannot keep.

use chrono::{DateTime, NaiveDate, Utc};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::json;
use underpin::{
    db::{Db, DbErrorKind, Engine, FromRow, Migration, Migrations, Row, Script, sql},
    testing::TestDb,
};
use uuid::Uuid;

const SAMPLES: Migrations = Migrations::new(&[Migration {
    number: 1,
    name: "samples",
    sqlite: Script {
        up:
            "CREATE TABLE samples (id INTEGER PRIMARY KEY, flag INTEGER, small INTEGER,
                 medium INTEGER, large INTEGER, ratio REAL, word TEXT, naive INTEGER,
                 instant INTEGER, day TEXT, uuid TEXT, blob BLOB, document TEXT, mood TEXT, words TEXT) STRICT;",
        down: None,
    },
    postgres: Script {
        up: "CREATE TYPE mood AS ENUM ('calm', 'merry');
             CREATE TABLE samples (id serial PRIMARY KEY, flag boolean, small smallint,
                 medium integer, large bigint, ratio double precision, word varchar(50),
                 naive timestamp, instant timestamptz, day date, uuid uuid, blob bytea,
                 document jsonb, mood mood, words text[]);",
        down: None,
    },
}]);

#[derive(Clone, Debug, PartialEq, Row)]
struct Sample {
    flag: Option<bool>,
    small: Option<i16>,
    medium: Option<i32>,
    large: Option<i64>,
    ratio: Option<f64>,
    word: Option<String>,
    naive: Option<DateTime<Utc>>,
    instant: Option<DateTime<Utc>>,
    #[row(column = "day")]
    date: Option<NaiveDate>,
    uuid: Option<Uuid>,
    blob: Option<Vec<u8>>,
    document: Option<serde_json::Value>,
    mood: Option<String>,
    words: Option<Vec<String>>,
}

async fn there_and_back(db: &Db, sample: Sample) -> Sample {
    sql(
        "INSERT INTO samples (flag, small, medium, large, ratio, word, naive, instant, day, uuid,
             blob, document, mood, words)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING *",
    )
    .bind(sample.flag)
    .bind(sample.small)
    .bind(sample.medium)
    .bind(sample.large)
    .bind(sample.ratio)
    .bind(sample.word)
    .bind(sample.naive)
    .bind(sample.instant)
    .bind(sample.date)
    .bind(sample.uuid)
    .bind(sample.blob)
    .bind(sample.document)
    .bind(sample.mood)
    .bind(sample.words)
    .fetch_one(db)
    .await
    .unwrap()
}

fn instants() -> impl Strategy<Value = Option<DateTime<Utc>>> {
    // From the year 1 to 9999.
    let micros = -62_135_596_800_000_000..253_402_300_799_999_999_i64;
    proptest::option::of(micros.prop_map(|micros| DateTime::from_timestamp_micros(micros).unwrap()))
}

fn samples() -> impl Strategy<Value = Sample> {
    let numbers = (
        any::<Option<bool>>(),
        any::<Option<i16>>(),
        any::<Option<i32>>(),
    );
    let more = (
        any::<Option<i64>>(),
        proptest::option::of(proptest::num::f64::NORMAL),
    );
    let texts = (
        proptest::option::of("[^\0]{0,50}"),
        proptest::option::of(any::<[u8; 16]>().prop_map(Uuid::from_bytes)),
        any::<Option<Vec<u8>>>(),
        proptest::option::of(("[^\0]{0,20}", any::<i64>())),
        proptest::option::of(prop_oneof!["calm", "merry"]),
        proptest::option::of(proptest::collection::vec("[^\0]{0,8}", 0..4)),
    );
    let times = (
        instants(),
        instants(),
        proptest::option::of(0..3_650_000_i32),
    );
    (numbers, more, texts, times).prop_map(|(numbers, more, texts, times)| Sample {
        flag: numbers.0,
        small: numbers.1,
        medium: numbers.2,
        large: more.0,
        ratio: more.1,
        word: texts.0,
        naive: times.0,
        instant: times.1,
        date: times
            .2
            .map(|day| NaiveDate::from_num_days_from_ce_opt(day + 1).unwrap()),
        uuid: texts.1,
        blob: texts.2,
        document: texts
            .3
            .map(|(text, number)| json!({ "text": text, "list": [number, null] })),
        mood: texts.4,
        words: texts.5,
    })
}

#[test]
fn random_values_come_back_as_they_were() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for engine in runtime.block_on(TestDb::engines()) {
        let test = runtime.block_on(TestDb::new(engine, &SAMPLES));
        let outcome = TestRunner::default().run(&samples(), |sample| {
            let back = runtime.block_on(there_and_back(test.db(), sample.clone()));
            prop_assert_eq!(back, sample);
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{engine}: {error}"));
        drop(runtime.enter());
        runtime.block_on(test.db().close());
    }
}

async fn kind(db: &Db, text: &'static str, value: impl Into<underpin::db::Value>) -> DbErrorKind {
    let error = sql(text).bind(value).rows_affected(db).await.unwrap_err();
    error.database_kind().unwrap_or_else(|| panic!("{error:?}"))
}

#[tokio::test]
async fn what_postgresql_cannot_keep_is_refused_by_kind() {
    if !TestDb::available(Engine::Postgres).await {
        return;
    }
    let test = TestDb::new(Engine::Postgres, &SAMPLES).await;
    let db = test.db();
    let medium = "INSERT INTO samples (medium) VALUES ($1)";
    assert_eq!(
        kind(db, medium, i64::from(i32::MAX) + 1).await,
        DbErrorKind::OutOfRange
    );
    let small = "INSERT INTO samples (small) VALUES ($1)";
    assert_eq!(
        kind(db, small, i32::from(i16::MIN) - 1).await,
        DbErrorKind::OutOfRange
    );
    let word = "INSERT INTO samples (word) VALUES ($1)";
    assert_eq!(kind(db, word, "a\0b").await, DbErrorKind::InvalidText);
    assert_eq!(kind(db, word, "x".repeat(51)).await, DbErrorKind::TooLong);
    let document = "INSERT INTO samples (document) VALUES ($1)";
    assert_eq!(
        kind(db, document, json!("a\0b")).await,
        DbErrorKind::InvalidText
    );
    assert_eq!(kind(db, word, 7).await, DbErrorKind::Other);
    let mood = sql("INSERT INTO samples (mood) VALUES ($1)").bind("a secret");
    let error = mood.rows_affected(db).await.unwrap_err();
    assert!(
        error.chain().contains("invalid input value for enum"),
        "{error:?}"
    );
    assert!(!error.chain().contains("secret"), "{error:?}");
    let sleep = "SELECT pg_sleep($1)";
    sql("SELECT 1").rows_affected(db).await.unwrap();
    assert_eq!(kind(db, sleep, "now").await, DbErrorKind::Other);
}

#[tokio::test]
async fn sqlite_refuses_nan_which_it_would_lose() {
    let test = TestDb::new(Engine::Sqlite, &SAMPLES).await;
    let ratio = "INSERT INTO samples (ratio) VALUES ($1)";
    assert_eq!(
        kind(test.db(), ratio, f64::NAN).await,
        DbErrorKind::OutOfRange
    );
}

#[derive(Debug, Row)]
struct Missing {
    #[expect(dead_code, reason = "never read: there is no such column")]
    nothing: String,
}

/// What the log says when rows of `text` are read as `T`.
async fn misreading<T: FromRow>(db: &Db, text: &'static str) -> String {
    let error = sql(text).fetch_all::<T>(db).await.map(drop).unwrap_err();
    assert_eq!(error.status(), 500);
    let chain = error.chain();
    assert!(chain.contains(text), "{chain}");
    chain
}

#[tokio::test]
async fn a_row_that_does_not_fit_is_an_error_that_names_column_and_statement() {
    for engine in TestDb::engines().await {
        let test = TestDb::new(engine, &SAMPLES).await;
        let db = test.db();
        let insert = sql("INSERT INTO samples (large, word) VALUES ($1, 'text')");
        insert.bind(i64::MAX).rows_affected(db).await.unwrap();
        for (found, expected) in [
            (
                misreading::<Missing>(db, "SELECT word FROM samples").await,
                "`nothing` is missing",
            ),
            (
                misreading::<i64>(db, "SELECT word FROM samples").await,
                "column `word`: expected an integer, found text",
            ),
            (
                misreading::<i32>(db, "SELECT large FROM samples").await,
                "column `large`: the integer does not fit",
            ),
            (
                misreading::<String>(db, "SELECT day FROM samples").await,
                "column `day`: expected text, found NULL",
            ),
            (
                misreading::<String>(db, "SELECT word, large FROM samples").await,
                "1 columns are wanted, the statement has 2",
            ),
        ] {
            assert!(found.contains(expected), "{found}");
        }
    }
}
