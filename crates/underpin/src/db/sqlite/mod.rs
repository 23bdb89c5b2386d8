//! The SQLite engine: readers in place, one writer with group commit. Opened by `Db::connect`.

pub(super) mod codec;
pub(crate) mod functions;
mod lease;
pub(super) mod open;
mod read;
mod run;
mod snapshot;
mod write;

use std::{path::PathBuf, sync::Arc};

use rusqlite::Connection;
use tokio::{sync::Semaphore, task};

use self::{
    codec::refusal,
    read::{Read, Readers, permit},
    run::{Info, Statements},
    write::Writer,
};
pub(super) use self::{lease::Borrowed, snapshot::Pinned};
use super::{
    DbConfig, DbError,
    query::{Call, Harvest, Want},
    row::FromRow,
    statement::{Text, Verb},
    watch::Stopwatch,
};
use crate::{Result, StartError};

/// An open SQLite file.
#[derive(Debug)]
pub(super) struct Sqlite {
    path: PathBuf,
    config: DbConfig,
    statements: Arc<Statements>,
    readers: Arc<Readers>,
    writer: Writer,
    snapshots: Arc<Semaphore>,
}

impl Sqlite {
    pub(super) async fn open(path: PathBuf, config: DbConfig) -> Result<Self, StartError> {
        let opening = task::spawn_blocking(move || {
            let connection = open::writer(&path, &config)?;
            let readers =
                Readers::open(&path, &config).map_err(|error| open::complaint(&path, &error))?;
            Ok(Self {
                statements: Arc::default(),
                readers,
                writer: Writer::start(connection, &config)?,
                snapshots: Arc::new(Semaphore::new(config.transactions.max(1))),
                path,
                config,
            })
        });
        opening.await.unwrap_or_else(|error| {
            let remedy = "This is a fault of the program: please report it.";
            Err(StartError::new(
                "database",
                format!("opening it failed: {error}"),
                remedy,
            ))
        })
    }

    pub(super) fn path(&self) -> &PathBuf {
        &self.path
    }

    pub(super) fn config(&self) -> &DbConfig {
        &self.config
    }

    /// Whether a statement may be a read, as far as that is known before it is prepared.
    fn may_read(info: Option<&Info>, text: &Text) -> bool {
        match info {
            Some(info) => info.readonly,
            None => matches!(Verb::of(text.as_str()), Verb::Read | Verb::With),
        }
    }

    pub(super) async fn run<T: FromRow>(
        &self,
        call: Call,
        want: Want,
        watch: &mut Stopwatch,
    ) -> Result<Harvest<T>> {
        let info = self.statements.get(&call.text);
        let call = if Self::may_read(info.as_deref(), &call.text) {
            let reading = self.readers.read(&self.statements, call, info, want, watch);
            match reading.await {
                Read::Done(outcome) => return outcome,
                Read::Writes(call) => call,
            }
        } else {
            call
        };
        watch.is_write();
        let statements = Arc::clone(&self.statements);
        let work = move |connection: &Connection| statements.run::<T>(connection, &call, want);
        let (harvest, began) = Box::pin(self.writer.write(work)).await?;
        watch.begin_at(began);
        Ok(harvest)
    }

    /// Runs all of `calls` or none, in the next commit. Returns the rows that each changed.
    pub(super) async fn run_together(
        &self,
        calls: Vec<Call>,
        watch: &mut Stopwatch,
    ) -> Result<Vec<u64>> {
        let statements = Arc::clone(&self.statements);
        let work = move |connection: &Connection| {
            together(connection, || run_all(&statements, connection, &calls))
        };
        let (counts, began) = self.writer.write(work).await?;
        watch.begin_at(began);
        Ok(counts)
    }

    /// Runs all of `calls` and `last`, or none, in the next commit. Returns the rows of `last`.
    pub(super) async fn fetch_together<T: FromRow>(
        &self,
        calls: Vec<Call>,
        last: Call,
        watch: &mut Stopwatch,
    ) -> Result<Vec<T>> {
        let statements = Arc::clone(&self.statements);
        let work = move |connection: &Connection| {
            together(connection, || {
                run_all(&statements, connection, &calls)?;
                Ok(statements.run::<T>(connection, &last, Want::All)?.rows)
            })
        };
        let (rows, began) = self.writer.write(work).await?;
        watch.begin_at(began);
        Ok(rows)
    }

    pub(super) async fn begin(&self) -> Result<Borrowed> {
        // Whoever holds the writer may keep it for its whole time, then the wait begins.
        let wait = self.config.wait_timeout + self.config.transaction_timeout;
        Borrowed::ask(&self.writer, wait).await
    }

    pub(super) async fn run_within<T: FromRow>(
        &self,
        lease: &Borrowed,
        call: Call,
        want: Want,
    ) -> Result<Harvest<T>> {
        let statements = Arc::clone(&self.statements);
        lease
            .run(move |connection| statements.run::<T>(connection, &call, want))
            .await
    }

    pub(super) async fn snapshot(&self) -> Result<Pinned> {
        let permit = permit(&self.snapshots, self.config.wait_timeout).await?;
        let (path, config) = (self.path.clone(), self.config.clone());
        let statements = Arc::clone(&self.statements);
        let opening = task::spawn_blocking(move || {
            let connection =
                open::snapshot(&path, &config).map_err(|error| refusal(error).into_error())?;
            Pinned::begin(connection, statements, permit)
        });
        opening.await?
    }

    /// Frees the pages and the prepared statements that the writer keeps, and moves the log into the file, where
    /// pages are found at once and can be mapped.
    pub(super) async fn release_memory(&self) -> Result<()> {
        let shrink = |connection: &Connection| {
            connection.flush_prepared_statement_cache();
            let shrunk = connection.execute_batch("PRAGMA shrink_memory");
            shrunk.map_err(|error| refusal(error).into_error())
        };
        self.writer.write(shrink).await?;
        let (path, config) = (self.path.clone(), self.config.clone());
        // On a connection of its own: the writer has a transaction open around all that it does.
        let moving = task::spawn_blocking(move || {
            let connection = open::snapshot(&path, &config)?;
            connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)")
        });
        // It happens later by itself, too.
        if let Err(error) = moving.await? {
            tracing::debug!(%error, "the log could not be moved into the file");
        }
        Ok(())
    }

    pub(super) async fn close(&self) {
        let readers = u32::try_from(self.config.readers.max(1)).unwrap_or(u32::MAX);
        self.readers.close(readers).await;
        // Last, because the last connection to close moves the log into the file.
        self.writer.close().await;
        self.snapshots.close();
    }
}

/// Does `work`, and undoes all of it if it fails.
fn together<T>(connection: &Connection, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let execute = |text| write::execute(connection, text).map_err(DbError::into_error);
    execute("SAVEPOINT together")?;
    let outcome = work();
    if connection.is_autocommit() {
        return outcome; // An error has undone everything, the savepoint too.
    }
    if outcome.is_err() {
        execute("ROLLBACK TO together")?;
    }
    execute("RELEASE together")?;
    outcome
}

fn run_all(statements: &Statements, connection: &Connection, calls: &[Call]) -> Result<Vec<u64>> {
    let run = |call: &Call| {
        let harvest = statements.run::<super::query::Nothing>(connection, call, Want::Affected)?;
        call.check(harvest.affected)
    };
    calls.iter().map(run).collect()
}
