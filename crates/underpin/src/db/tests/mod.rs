//! The layer as a repository uses it, on both engines.

mod calls;
mod cancellation;
mod durability;
mod migrations;
mod misfits;
mod postgres;
mod restart;
mod snapshots;
mod sqlite;
mod tls;
mod transactions;
mod values;
mod watching;

use chrono::{DateTime, Utc};

use crate::{
    db::{Db, Migration, Migrations, Query, Script, sql},
    testing::TestDb,
};

/// Tables that these tests share.
const MIGRATIONS: Migrations = Migrations::new(&[Migration {
    number: 1,
    name: "notes",
    sqlite: Script {
        up: "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE) STRICT;
             CREATE TABLE notes (
                 id TEXT PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id),
                 title TEXT NOT NULL CHECK (title <> ''), content TEXT NOT NULL,
                 created_at INTEGER NOT NULL) STRICT;
             INSERT INTO users (id, username) VALUES (1, 'ann'), (2, 'bob');",
        down: Some("DROP TABLE notes; DROP TABLE users;"),
    },
    postgres: Script {
        up: "CREATE TABLE users (id integer PRIMARY KEY, username varchar(50) NOT NULL UNIQUE);
             CREATE TABLE notes (
                 id varchar(50) PRIMARY KEY, user_id integer NOT NULL REFERENCES users (id),
                 title varchar(255) NOT NULL CHECK (title <> ''), content text NOT NULL,
                 created_at timestamptz NOT NULL);
             INSERT INTO users (id, username) VALUES (1, 'ann'), (2, 'bob');",
        down: Some("DROP TABLE notes; DROP TABLE users;"),
    },
}]);

const INSERT: &str =
    "INSERT INTO notes (id, user_id, title, content, created_at) VALUES ($1, $2, $3, $4, $5)";

fn instant() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap()
}

fn insert(id: &str, user: i32, title: &str, content: &str) -> Query {
    let query = sql(INSERT).bind(id).bind(user).bind(title);
    query.bind(content).bind(instant())
}

async fn count(db: &Db) -> i64 {
    sql("SELECT count(*) FROM notes")
        .fetch_one(db)
        .await
        .unwrap()
}

/// A fresh database on every engine that is here.
async fn databases() -> Vec<TestDb> {
    let mut databases = Vec::new();
    for engine in TestDb::engines().await {
        databases.push(TestDb::new(engine, &MIGRATIONS).await);
    }
    databases
}
