//! Reading the database as it stood at one moment, however long that takes and whatever is written meanwhile.

use std::marker::PhantomData;

use tokio::sync::mpsc;

use super::{
    Db, Driver, Engine,
    postgres::{Cursor, Exclusive},
    query::{Harvest, Query, Want},
    row::FromRow,
    sqlite::Pinned,
    statement::Text,
    watch::{Kind, Stopwatch},
};
use crate::Result;

/// A batch of a stream ends with the row that fills this many bytes.
pub(super) const BATCH_BYTES: usize = 1 << 20;

/// A batch of a stream has at most so many rows.
pub(super) const BATCH_ROWS: usize = 512;

/// The database as it stood when [`Db::snapshot`] returned. Ends when dropped.
///
/// On SQLite the file's log grows while a snapshot is open: keep it no longer than needed.
#[derive(Debug)]
pub struct Snapshot {
    db: Db,
    held: Held,
}

#[derive(Debug)]
enum Held {
    Sqlite(Pinned),
    Postgres(Box<Exclusive>),
}

impl Snapshot {
    pub(super) async fn begin(db: &Db) -> Result<Self> {
        let held = match db.driver() {
            Driver::Sqlite(sqlite) => Held::Sqlite(sqlite.snapshot().await?),
            Driver::Postgres(postgres) => Held::Postgres(Box::new(postgres.snapshot().await?)),
        };
        Ok(Self {
            db: db.clone(),
            held,
        })
    }

    pub(super) fn engine(&self) -> Engine {
        self.db.engine()
    }

    pub(super) async fn run<T: FromRow>(&mut self, query: Query, want: Want) -> Result<Harvest<T>> {
        let call = query.on(self.engine());
        let text = call.text.clone();
        let watch = Stopwatch::start(Kind::Snapshot);
        let outcome = match &mut self.held {
            Held::Sqlite(pinned) => pinned.run(call, want).await,
            Held::Postgres(connection) => connection.run(&call, want).await,
        };
        let rows = |harvest: &Harvest<T>| harvest.count();
        let meters = self.db.watch();
        meters.call(text.as_str(), &watch, &outcome, rows);
        outcome
    }

    pub(super) async fn stream<T: FromRow>(&mut self, query: Query) -> Result<RowStream<'_, T>> {
        let call = query.on(self.engine());
        let text = call.text.clone();
        let source = match &mut self.held {
            Held::Sqlite(pinned) => Source::Sqlite(pinned.stream(call)),
            Held::Postgres(connection) => {
                Source::Postgres(Box::new(connection.declare(call).await?))
            }
        };
        Ok(RowStream {
            db: self.db.clone(),
            text,
            source,
            of: PhantomData,
        })
    }
}

/// Rows in batches; made by [`Query::stream`].
#[derive(Debug)]
pub struct RowStream<'s, T> {
    db: Db,
    text: Text,
    source: Source<'s, T>,
    of: PhantomData<fn() -> T>,
}

#[derive(Debug)]
enum Source<'s, T> {
    Sqlite(mpsc::Receiver<Result<Vec<T>>>),
    Postgres(Box<Cursor<'s>>),
}

impl<T: FromRow> RowStream<'_, T> {
    /// The next rows, never an empty batch; `None` after the last.
    pub async fn next_batch(&mut self) -> Result<Option<Vec<T>>> {
        let watch = Stopwatch::start(Kind::Snapshot);
        let outcome = match &mut self.source {
            Source::Sqlite(batches) => batches.recv().await.transpose(),
            Source::Postgres(cursor) => cursor.next_batch().await,
        };
        let rows = |batch: &Option<Vec<T>>| batch.as_ref().map_or(0, |rows| rows.len() as u64);
        let meters = self.db.watch();
        meters.call(self.text.as_str(), &watch, &outcome, rows);
        outcome
    }
}
