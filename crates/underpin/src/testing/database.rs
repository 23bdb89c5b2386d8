//! A fresh, migrated database for each test, on either engine: a copy of a template that is migrated once.

use std::{fmt, fs};

use bytes::Bytes;
use tokio::sync::Mutex;

use super::{
    empty::{Place, new_file, new_on_server},
    server::{connect, in_ci, maintenance_url, server},
};
use crate::{
    Clock,
    db::{Db, DbConfig, DbUrl, Engine, Migrations, PostgresUrl},
};

/// A migrated database of one test's own; gone when it is dropped.
pub struct TestDb {
    db: Db,
    config: DbConfig,
    _place: Place,
}

impl TestDb {
    /// Whether tests on this engine can run here. PostgreSQL is looked for at `UNDERPIN_TEST_POSTGRES`, then
    /// at 127.0.0.1:5432 as `postgres` or `root`.
    ///
    /// # Panics
    ///
    /// With `CI` set, if there is no PostgreSQL: tests left out would pass unseen.
    pub async fn available(engine: Engine) -> bool {
        let found = engine == Engine::Sqlite || server().await.is_some();
        assert!(
            found || !in_ci(),
            "no PostgreSQL for the tests: set UNDERPIN_TEST_POSTGRES to its address"
        );
        found
    }

    /// The engines that tests can run on here.
    pub async fn engines() -> Vec<Engine> {
        let mut engines = vec![Engine::Sqlite];
        if Self::available(Engine::Postgres).await {
            engines.push(Engine::Postgres);
        }
        engines
    }

    /// A database with `migrations` applied.
    ///
    /// # Panics
    ///
    /// If it cannot be made.
    pub async fn new(engine: Engine, migrations: &Migrations) -> Self {
        Self::with_config(engine, migrations, |_| {}).await
    }

    /// As [`TestDb::new`], with settings changed by `adjust`.
    ///
    /// # Panics
    ///
    /// If it cannot be made.
    pub async fn with_config(
        engine: Engine,
        migrations: &Migrations,
        adjust: impl FnOnce(&mut DbConfig),
    ) -> Self {
        let (url, place) = match engine {
            Engine::Sqlite => copy_of_file(migrations).await,
            Engine::Postgres => copy_on_server(migrations).await,
        };
        let mut config = DbConfig::new(url);
        config.readers = 4;
        config.writers = 4;
        adjust(&mut config);
        let db = Db::connect(config.clone())
            .await
            .expect("the test database opens");
        Self {
            db,
            config,
            _place: place,
        }
    }

    /// The open database.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// How it was opened; another `Db` on the same data is `Db::connect(test_db.config().clone())`.
    pub fn config(&self) -> &DbConfig {
        &self.config
    }

    /// Where it is.
    pub fn url(&self) -> &DbUrl {
        &self.config.url
    }
}

/// Tells one set of migrations from another.
fn fingerprint(migrations: &Migrations, engine: Engine) -> String {
    use sha2::{Digest, Sha256};
    let mut digest = Sha256::new();
    for migration in migrations.list() {
        let script = match engine {
            Engine::Sqlite => migration.sqlite,
            Engine::Postgres => migration.postgres,
        };
        for part in [migration.name, script.up] {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
    }
    format!(
        "{:x}",
        Bytes::copy_from_slice(&digest.finalize()).slice(..10)
    )
}

async fn migrate(url: DbUrl, migrations: &Migrations) {
    let db = Db::connect(DbConfig::new(url))
        .await
        .expect("the template opens");
    let done = migrations.up(&db, &Clock::system()).await;
    done.expect("the template is migrated");
    db.close().await;
}

/// Migrates a file, once per process and set of migrations, and copies it.
async fn copy_of_file(migrations: &Migrations) -> (DbUrl, Place) {
    static TEMPLATES: Mutex<Vec<(String, Vec<u8>)>> = Mutex::const_new(Vec::new());
    let (url, place) = new_file();
    let DbUrl::Sqlite(path) = &url else {
        unreachable!("a file")
    };
    let fingerprint = fingerprint(migrations, Engine::Sqlite);
    let mut templates = TEMPLATES.lock().await;
    let known = templates.iter().find(|(known, _)| *known == fingerprint);
    if let Some((_, template)) = known {
        fs::write(path, template).expect("a copy of the template");
    } else {
        migrate(url.clone(), migrations).await;
        templates.push((fingerprint, fs::read(path).expect("the template")));
    }
    (url, place)
}

/// Migrates a template, once per server and set of migrations, and copies it.
async fn copy_on_server(migrations: &Migrations) -> (DbUrl, Place) {
    let server = server()
        .await
        .expect("a PostgreSQL server; ask `TestDb::available` first");
    new_on_server(&template_on_server(server, migrations).await).await
}

/// The name of the template, which is made if it is not there.
async fn template_on_server(server: &PostgresUrl, migrations: &Migrations) -> String {
    static MADE: Mutex<Vec<String>> = Mutex::const_new(Vec::new());
    let name = format!(
        "underpin_template_{}",
        fingerprint(migrations, Engine::Postgres)
    );
    let mut made = MADE.lock().await;
    if made.contains(&name) {
        return name;
    }
    let client = connect(&maintenance_url(server)).await.expect("a session");
    // Test processes run side by side: one makes the template, the others wait. The session's end unlocks.
    let lock = format!("SELECT pg_advisory_lock(hashtext('{name}'))");
    client.batch_execute(&lock).await.expect("the lock");
    let exists = "SELECT 1 FROM pg_database WHERE datname = $1";
    let exists = client
        .query_opt(exists, &[&name])
        .await
        .expect("a look at the databases");
    if exists.is_none() {
        // Renamed at the end: a half-made one never has the name.
        let draft = format!("{name}_draft");
        for statement in [
            format!("DROP DATABASE IF EXISTS \"{draft}\" WITH (FORCE)"),
            format!("CREATE DATABASE \"{draft}\""),
        ] {
            client
                .batch_execute(&statement)
                .await
                .expect("a draft of the template");
        }
        let mut url = server.clone();
        url.database.clone_from(&draft);
        migrate(DbUrl::Postgres(Box::new(url)), migrations).await;
        // Sessions that were just closed may live on for a moment and would forbid the new name.
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
        client
            .query(end, &[&draft])
            .await
            .expect("no session on the draft");
        let rename = format!("ALTER DATABASE \"{draft}\" RENAME TO \"{name}\"");
        client.batch_execute(&rename).await.expect("the template");
    }
    made.push(name.clone());
    name
}

impl fmt::Debug for TestDb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("TestDb").field(self.url()).finish()
    }
}
