//! The database: SQLite or PostgreSQL beneath one `Db`, one SQL text for both, each near its raw driver's speed.
//!
//! ```ignore
//! let notes: Vec<Note> = sql("SELECT id, title FROM notes WHERE user_id = $1")
//!     .bind(owner)
//!     .fetch_all(&db)
//!     .await?;
//! ```

mod column;
mod config;
mod error;
mod executor;
mod file_lock;
mod mapping;
mod migrate;
mod postgres;
mod query;
mod row;
mod snapshot;
pub(crate) mod sqlite;
mod statement;
mod transaction;
mod url;
mod value;
mod watch;

#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

pub use underpin_macros::{Row, migrations};

pub use self::{
    column::{Column, FromValue, Mismatch},
    config::{DbConfig, Durability},
    error::{DbError, DbErrorKind},
    executor::Executor,
    file_lock::FileLock,
    migrate::{BaselineCheck, Migration, MigrationState, MigrationStatus, Migrations, Script},
    postgres::TextArray,
    query::Query,
    row::{Columns, DecodeError, FromRow, RowRef},
    snapshot::{RowStream, Snapshot},
    statement::{Statement, dialects, sql},
    transaction::Transaction,
    url::{DbUrl, DbUrlError, PostgresUrl, TlsMode},
    value::Value,
};
use self::{
    postgres::Postgres,
    query::{Harvest, Want},
    sqlite::Sqlite,
    watch::{Kind, Stopwatch, Watch},
};
use crate::{Context, Provide, Result, StartError};

/// Which engine keeps the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// Embedded, one file.
    Sqlite,
    /// A server.
    Postgres,
}

impl Engine {
    /// `sqlite` or `postgres`; also the name of its directory of migrations.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The database. Cloning is cheap and shares the connections.
///
/// Any call may be dropped half-way, as when a client goes away: a write may then have happened or not, an
/// open transaction is rolled back, and the connections stay usable.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    driver: Driver,
    watch: Watch,
}

#[derive(Debug)]
enum Driver {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Db {
    /// Opens the file, or the first connection to the server, and fails if that is not possible.
    pub async fn connect(config: DbConfig) -> Result<Self, StartError> {
        let watch = Watch::new(config.url.engine(), config.slow_statement);
        let driver = match config.url.clone() {
            DbUrl::Sqlite(path) => Driver::Sqlite(Sqlite::open(path, config).await?),
            DbUrl::Postgres(url) => Driver::Postgres(Postgres::open(&url, &config).await?),
        };
        Ok(Self(Arc::new(Inner { driver, watch })))
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        match self.0.driver {
            Driver::Sqlite(_) => Engine::Sqlite,
            Driver::Postgres(_) => Engine::Postgres,
        }
    }

    /// Whether it answers now.
    pub async fn ping(&self) -> Result<()> {
        sql("SELECT 1").rows_affected(self).await.map(drop)
    }

    /// Begins a transaction.
    pub async fn begin(&self) -> Result<Transaction> {
        Transaction::begin(self).await
    }

    /// Opens a snapshot: reads that all see the same moment.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        Snapshot::begin(self).await
    }

    /// Runs all of these or none, and says how many rows each changed. Cheaper than a transaction where no
    /// statement depends on what another returned: on SQLite it shares a commit with other writes.
    pub async fn run_together(&self, queries: Vec<Query>) -> Result<Vec<u64>> {
        let engine = self.engine();
        let calls: Vec<_> = queries.into_iter().map(|query| query.on(engine)).collect();
        let text = calls.first().map(|call| call.text.clone());
        let mut watch = Stopwatch::start(Kind::Write);
        let outcome = match &self.0.driver {
            Driver::Sqlite(sqlite) => sqlite.run_together(calls, &mut watch).await,
            Driver::Postgres(postgres) => postgres.run_together(&calls, &mut watch).await,
        };
        let text = text.as_ref().map_or("", |text| text.as_str());
        let rows = |counts: &Vec<u64>| counts.iter().sum();
        self.0.watch.call(text, &watch, &outcome, rows);
        outcome
    }

    /// Runs all of `queries`, then `last`, or nothing of it, and returns the rows of `last`: what the others made
    /// of a number or a version, for example.
    pub async fn fetch_together<T: FromRow>(
        &self,
        queries: Vec<Query>,
        last: Query,
    ) -> Result<Vec<T>> {
        let engine = self.engine();
        let calls: Vec<_> = queries.into_iter().map(|query| query.on(engine)).collect();
        let last = last.on(engine);
        let text = calls.first().unwrap_or(&last).text.clone();
        let mut watch = Stopwatch::start(Kind::Write);
        let outcome = match &self.0.driver {
            Driver::Sqlite(sqlite) => sqlite.fetch_together(calls, last, &mut watch).await,
            Driver::Postgres(postgres) => {
                Box::pin(postgres.fetch_together(&calls, &last, &mut watch)).await
            }
        };
        let rows = |rows: &Vec<T>| rows.len() as u64;
        self.0.watch.call(text.as_str(), &watch, &outcome, rows);
        outcome
    }

    /// SQLite: frees the pages of the file and the prepared statements that the writer keeps in memory, after work
    /// that took far more of them than requests do, such as loading a whole file, and moves what was written into the
    /// file itself. PostgreSQL keeps none here.
    pub async fn release_memory(&self) -> Result<()> {
        match &self.0.driver {
            Driver::Sqlite(sqlite) => sqlite.release_memory().await,
            Driver::Postgres(_) => Ok(()),
        }
    }

    /// Finishes what was accepted and closes every connection; later calls fail with 503.
    pub async fn close(&self) {
        match &self.0.driver {
            Driver::Sqlite(sqlite) => sqlite.close().await,
            Driver::Postgres(postgres) => postgres.close().await,
        }
    }

    /// The SQLite file; `None` for a server.
    pub(crate) fn file(&self) -> Option<&std::path::Path> {
        match &self.0.driver {
            Driver::Sqlite(sqlite) => Some(sqlite.path()),
            Driver::Postgres(_) => None,
        }
    }

    fn driver(&self) -> &Driver {
        &self.0.driver
    }

    fn watch(&self) -> &Watch {
        &self.0.watch
    }

    async fn run<T: FromRow>(&self, query: Query, want: Want) -> Result<Harvest<T>> {
        let call = query.on(self.engine());
        let text = call.text.clone();
        let mut watch = Stopwatch::start(Kind::Read);
        let outcome = match &self.0.driver {
            Driver::Sqlite(sqlite) => sqlite.run(call, want, &mut watch).await,
            // Boxed: the driver's types are deep, and would be part of every handler's future.
            Driver::Postgres(postgres) => Box::pin(postgres.run(&call, want, &mut watch)).await,
        };
        let rows = |harvest: &Harvest<T>| harvest.count();
        self.0.watch.call(text.as_str(), &watch, &outcome, rows);
        outcome
    }
}

impl Provide for Db {
    fn provide(context: &Context) -> Result<Self, StartError> {
        context.get::<Self>().map(|db| Self::clone(&db))
    }
}

impl fmt::Debug for Db {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Db").field(&self.engine()).finish()
    }
}
