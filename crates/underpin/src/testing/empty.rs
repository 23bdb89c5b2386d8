//! Databases without tables, for programs that make them, and how all databases of tests go away again.

use std::{
    fmt,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use tempfile::TempDir;
use tokio::runtime;

use super::server::{connect, maintenance_url, server};
use crate::db::{DbUrl, Engine, PostgresUrl};

/// A database of one test's own without any table, for programs that make them; gone when it is dropped.
pub struct EmptyDb {
    url: DbUrl,
    _place: Place,
}

impl EmptyDb {
    /// A database without tables; on SQLite the file is not even there.
    ///
    /// # Panics
    ///
    /// If it cannot be made.
    pub async fn new(engine: Engine) -> Self {
        let (url, place) = match engine {
            Engine::Sqlite => new_file(),
            Engine::Postgres => new_on_server("template0").await,
        };
        Self { url, _place: place }
    }

    /// Where it is.
    pub fn url(&self) -> &DbUrl {
        &self.url
    }

    /// Where it is, as `DATABASE_URL` says it, password included.
    pub fn address(&self) -> String {
        address(&self.url)
    }
}

/// The address in full, password included, for a process of its own.
pub(crate) fn address(url: &DbUrl) -> String {
    match url {
        DbUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DbUrl::Postgres(url) => {
            let password = url.password.as_ref();
            let password = password.map_or("", |password| password.expose());
            let (user, host, port) = (&url.user, &url.host, url.port);
            format!(
                "postgresql://{user}:{password}@{host}:{port}/{}",
                url.database
            )
        }
    }
}

impl fmt::Debug for EmptyDb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("EmptyDb").field(&self.url).finish()
    }
}

/// What is removed when it is dropped: a directory, or a database on the server.
pub(super) enum Place {
    File { _directory: TempDir },
    Server(PostgresUrl),
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::Server(url) = self {
            let (name, maintenance) = (url.database.clone(), maintenance_url(url));
            on_a_thread(async move {
                if let Some(client) = connect(&maintenance).await {
                    let drop = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
                    let _ = client.batch_execute(&drop).await;
                }
            });
        }
    }
}

/// Runs `work` to its end, from code that may itself run on a runtime.
fn on_a_thread(work: impl Future<Output = ()> + Send + 'static) {
    let thread = thread::spawn(move || {
        if let Ok(runtime) = runtime::Builder::new_current_thread().enable_all().build() {
            runtime.block_on(work);
        }
    });
    let _ = thread.join();
}

/// A number that no other test of this process has.
fn serial() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A path in a directory of its own; there is no file yet.
pub(super) fn new_file() -> (DbUrl, Place) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("test.db");
    let place = Place::File {
        _directory: directory,
    };
    (DbUrl::Sqlite(path), place)
}

/// A copy of a database on the server.
pub(super) async fn new_on_server(template: &str) -> (DbUrl, Place) {
    let server = server()
        .await
        .expect("a PostgreSQL server; ask `TestDb::available` first");
    let mut url = server.clone();
    url.database = format!("underpin_test_{}_{}", std::process::id(), serial());
    let name = &url.database;
    let client = connect(&maintenance_url(server)).await.expect("a session");
    let leftover = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
    client.batch_execute(&leftover).await.expect("no leftover");
    let copy = format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\"");
    client
        .batch_execute(&copy)
        .await
        .expect("a copy of the template");
    (DbUrl::Postgres(Box::new(url.clone())), Place::Server(url))
}
