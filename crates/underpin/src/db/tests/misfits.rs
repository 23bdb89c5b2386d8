//! A value of one type where another belongs: the log names both, and never the value.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use underpin::{
    db::{Db, DbConfig, Engine, FromRow, Value, sql},
    testing::{EmptyDb, TestDb},
};
use uuid::Uuid;

async fn connect(place: &EmptyDb) -> Db {
    let config = DbConfig::new(place.url().clone());
    Db::connect(config).await.unwrap()
}

/// What the log says when `text` is read as `T`.
async fn misread<T: FromRow>(db: &Db, text: &'static str) -> String {
    let error = sql(text).fetch_all::<T>(db).await.map(drop).unwrap_err();
    error.chain()
}

fn tells(found: &[(String, &str)]) {
    for (log, told) in found {
        assert!(log.contains(told), "{told}: {log}");
    }
}

#[underpin::test]
async fn a_column_is_told_by_the_type_that_its_database_has(engine: Engine) {
    let place = EmptyDb::new(engine).await;
    let db = connect(&place).await;
    match engine {
        Engine::Sqlite => misread_on_sqlite(&db).await,
        Engine::Postgres => misread_on_postgres(&db).await,
    }
}

async fn misread_on_sqlite(db: &Db) {
    tells(&[
        (
            misread::<String>(db, "SELECT 1 AS c").await,
            "column `c`: expected text, found an integer",
        ),
        (
            misread::<i64>(db, "SELECT 1.5 AS c").await,
            "expected an integer, found a float",
        ),
        (
            misread::<bool>(db, "SELECT 2 AS c").await,
            "expected a boolean, found an integer",
        ),
        (
            misread::<String>(db, "SELECT x'00' AS c").await,
            "expected text, found bytes",
        ),
    ]);
}

async fn misread_on_postgres(db: &Db) {
    tells(&[
        (
            misread::<i64>(db, "SELECT true AS c").await,
            "column `c`: expected an integer, found a boolean",
        ),
        (
            misread::<i64>(db, "SELECT 1::real AS c").await,
            "expected an integer, found a float",
        ),
        (
            misread::<String>(db, "SELECT now() AS c").await,
            "expected text, found an instant",
        ),
        (
            misread::<i64>(db, "SELECT current_date AS c").await,
            "expected an integer, found a date",
        ),
        (
            misread::<bool>(db, "SELECT gen_random_uuid() AS c").await,
            "expected a boolean, found a UUID",
        ),
        (
            misread::<String>(db, "SELECT ''::bytea AS c").await,
            "expected text, found bytes",
        ),
        (
            misread::<String>(db, "SELECT '{}'::json AS c").await,
            "expected text, found JSON",
        ),
        (
            misread::<String>(db, "SELECT ARRAY['a'] AS c").await,
            "expected text, found a list of texts",
        ),
        (
            misread::<f64>(db, "SELECT 1.5 AS c").await,
            "its type numeric cannot be read: cast it",
        ),
    ]);
}

/// SQLite has texts and integers in place of these, and they can be wrong.
#[tokio::test]
async fn what_stands_for_another_type_must_be_readable() {
    let place = EmptyDb::new(Engine::Sqlite).await;
    let db = connect(&place).await;
    let text = "SELECT 'text' AS c";
    let far = "SELECT 9223372036854775807 AS c";
    tells(&[
        (
            misread::<NaiveDate>(&db, text).await,
            "the text is not a date",
        ),
        (misread::<Uuid>(&db, text).await, "the text is not a UUID"),
        (
            misread::<Vec<String>>(&db, text).await,
            "the text is not a JSON list of texts",
        ),
        (
            misread::<serde_json::Value>(&db, text).await,
            "the text is not JSON",
        ),
        (
            misread::<DateTime<Utc>>(&db, far).await,
            "the instant lies beyond the calendar",
        ),
    ]);
}

/// PostgreSQL's alone: to SQLite a parameter is of any type.
#[tokio::test]
async fn a_parameter_is_told_by_its_type() {
    if !TestDb::available(Engine::Postgres).await {
        return;
    }
    let place = EmptyDb::new(Engine::Postgres).await;
    let db = connect(&place).await;
    for (value, told) in [
        (Value::from(true), "a boolean"),
        (1.5.into(), "a float"),
        ("secret".into(), "text"),
        (DateTime::UNIX_EPOCH.into(), "an instant"),
        (NaiveDate::MIN.into(), "a date"),
        (Value::Bytes(vec![0]), "bytes"),
        (json!("secret").into(), "JSON"),
        (vec!["secret".to_owned()].into(), "a list of texts"),
    ] {
        let query = sql("SELECT $1::int8 AS c").bind(value);
        let log = query.rows_affected(&db).await.unwrap_err().chain();
        let told = format!("{told} was bound to a parameter of type int8");
        assert!(
            log.contains(&told) && !log.contains("secret"),
            "{told}: {log}"
        );
    }
    let query = sql("SELECT $1::text AS c").bind(1_i64);
    let log = query.rows_affected(&db).await.unwrap_err().chain();
    assert!(
        log.contains("an integer was bound to a parameter of type text"),
        "{log}"
    );
}
