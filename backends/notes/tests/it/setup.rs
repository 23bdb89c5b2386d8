//! What these tests start from: the program with a known secret, tokens, databases as plain SQL sees them.

use std::path::PathBuf;

use rusqlite::Connection;
use serde::Serialize;
use tokio_postgres::{Client, NoTls};
use underpin::{
    auth::token::{Algorithm, SigningKey, encode},
    db::{DbUrl, Engine},
    testing::{EmptyDb, TestProgram},
};

/// Signs every token of these tests.
pub const SECRET: &str = "an-old-secret-key-of-forty-characters-ok";

/// The program on this database, without demo data and without an identity provider.
pub fn notes(address: &str) -> TestProgram {
    TestProgram::new(env!("CARGO_BIN_EXE_notes"))
        .variable("DATABASE_URL", address)
        .variable("SECRET_KEY", SECRET)
        .variable("SEED_DEMO_DATA", "false")
        .variable("OIDC_ISSUER_URL", "http://127.0.0.1:1")
        .variable("LOG_FORMAT", "text")
}

/// An access token of contract section 5.1 that is good until the year 2100.
pub fn token(username: &str) -> String {
    #[derive(Serialize)]
    struct Claims<'a> {
        sub: &'a str,
        exp: i64,
        r#type: &'a str,
    }
    let key = SigningKey::from_secret(Algorithm::Hs256, SECRET).unwrap();
    let claims = Claims {
        sub: username,
        exp: 4_102_444_800,
        r#type: "access",
    };
    encode(&claims, &key).unwrap()
}

/// An empty database and the program on it, with users who exist already and have no password to hash.
pub async fn with_users(engine: Engine, names: &[&str]) -> (EmptyDb, TestProgram) {
    let db = EmptyDb::new(engine).await;
    let program = notes(&db.address());
    let migrated = program.run(&["migrate", "up"], "").await;
    assert_eq!(migrated.code, Some(0), "{}", migrated.errors);
    for name in names {
        insert_user(&db, name).await;
    }
    (db, program)
}

async fn insert_user(db: &EmptyDb, name: &str) {
    let rest = "password_hash, auth_provider, created_at) VALUES";
    match db.url() {
        DbUrl::Sqlite(path) => {
            let insert = format!("INSERT INTO users (username, {rest} (?1, 'none', 'local', 0)");
            let inserted = sqlite(path).execute(&insert, [name]).unwrap();
            assert_eq!(inserted, 1);
        }
        DbUrl::Postgres(_) => {
            let insert =
                format!("INSERT INTO users (username, {rest} ($1, 'none', 'local', now())");
            let session = postgres(&db.address()).await;
            assert_eq!(session.execute(&insert, &[&name]).await.unwrap(), 1);
        }
    }
}

/// A session on a SQLite file, as another program has it.
pub fn sqlite(path: &PathBuf) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection
        .busy_timeout(std::time::Duration::from_mins(1))
        .unwrap();
    connection
}

/// A session on PostgreSQL, as another program has it.
#[expect(clippy::disallowed_methods, reason = "ends with its client")]
pub async fn postgres(address: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The number that a query gives.
pub async fn number(db: &EmptyDb, query: &str) -> i64 {
    match db.url() {
        DbUrl::Sqlite(path) => sqlite(path).query_row(query, [], |row| row.get(0)).unwrap(),
        DbUrl::Postgres(_) => {
            let row = postgres(&db.address()).await.query_one(query, &[]).await;
            row.unwrap().get(0)
        }
    }
}

/// The whole SQLite file is in order; PostgreSQL has no such check of its own.
pub fn assert_integrity(db: &EmptyDb) {
    if let DbUrl::Sqlite(path) = db.url() {
        let check = "PRAGMA integrity_check";
        let found: String = sqlite(path).query_row(check, [], |row| row.get(0)).unwrap();
        assert_eq!(found, "ok");
    }
}

/// Changes a database behind the program's back.
pub async fn change(db: &EmptyDb, statement: &str) {
    match db.url() {
        DbUrl::Sqlite(path) => sqlite(path).execute_batch(statement).unwrap(),
        DbUrl::Postgres(_) => {
            let session = postgres(&db.address()).await;
            session.batch_execute(statement).await.unwrap();
        }
    }
}

/// Gives the first user this many notes of 5 KB that hardly compress.
pub async fn fill(db: &EmptyDb, count: usize) {
    let (numbers, text, at) = match db.url() {
        DbUrl::Sqlite(_) => (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})",
            "hex(randomblob(2500))",
            "i",
        ),
        DbUrl::Postgres(_) => (
            "WITH n AS (SELECT i FROM generate_series(1, {count}) AS i)",
            "(SELECT string_agg(md5(i || ' ' || j), '') FROM generate_series(1, 156) AS j)",
            "to_timestamp(i)",
        ),
    };
    let numbers = numbers.replace("{count}", &count.to_string());
    let insert = format!(
        "{numbers} INSERT INTO notes (id, user_id, title, content, created_at, updated_at)
         SELECT 'note-' || i, 1, 'Note ' || i, '# Note ' || i || ' of many. ' || {text}, {at}, {at}
           FROM n"
    );
    change(db, &insert).await;
}
