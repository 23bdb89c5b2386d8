//! Connections that one caller has for itself: transactions and snapshots.

use std::{sync::Arc, time::Duration};

use deadpool::{
    Runtime,
    managed::{self, BuildError, Metrics, Object, PoolError, RecycleError, RecycleResult},
};
use futures_util::FutureExt;
use tokio::time::timeout;

use super::{
    connect::{Connector, closed},
    connection::Connection,
    cursor::Cursor,
};
use crate::{
    Error, Result,
    db::{
        DbError, DbErrorKind,
        query::{Call, Harvest, Want},
        row::FromRow,
    },
};

/// How long a connection may still be busy with what an earlier caller dropped.
const SETTLE: Duration = Duration::from_secs(1);

/// Connections that one caller has for itself, opened as needed.
#[derive(Clone, Debug)]
pub(super) struct Pool(managed::Pool<Manager>);

/// Opens connections, and looks at each before it is used again.
#[derive(Debug)]
pub(super) struct Manager(Arc<Connector>);

/// A connection of the pool.
#[derive(Debug)]
pub(super) struct Pooled {
    connection: Connection,
    /// The last caller went away in the middle of a statement.
    busy: bool,
}

/// A connection with an open transaction. Dropped without a commit, it is rolled back.
#[derive(Debug)]
pub(in crate::db) struct Exclusive {
    held: Object<Manager>,
    /// A transaction is open, as far as is known.
    open: bool,
    /// Numbers the cursors of this transaction.
    cursors: u32,
}

impl managed::Manager for Manager {
    type Type = Pooled;
    type Error = Error;

    async fn create(&self) -> Result<Pooled> {
        let connection = self.0.connect().await?;
        Ok(Pooled {
            connection,
            busy: false,
        })
    }

    async fn recycle(&self, pooled: &mut Pooled, _: &Metrics) -> RecycleResult<Error> {
        if !pooled.is_settled().await {
            return Err(RecycleError::message("lost, or still busy"));
        }
        pooled.busy = false;
        Ok(())
    }
}

impl Pooled {
    async fn is_settled(&self) -> bool {
        if self.connection.is_closed() {
            return false;
        }
        let answers = || timeout(SETTLE, self.connection.client.batch_execute(""));
        !self.busy || matches!(answers().await, Ok(Ok(())))
    }
}

impl Pool {
    /// At most `count` connections; a caller waits for one for `wait`. Fails on settings that make no sense.
    pub(super) fn new(
        count: usize,
        connector: &Arc<Connector>,
        wait: Duration,
    ) -> Result<Self, BuildError> {
        managed::Pool::builder(Manager(Arc::clone(connector)))
            .max_size(count.max(1))
            .wait_timeout(Some(wait))
            .runtime(Runtime::Tokio1)
            .build()
            .map(Self)
    }

    /// A connection on which `begin` was run.
    pub(super) async fn begin(&self, begin: &str) -> Result<Exclusive> {
        loop {
            // Boxed: the pool's futures nest so deeply that handlers would reach the compiler's limit.
            let held = Box::pin(self.0.get()).await.map_err(unavailable)?;
            let is_new = Object::metrics(&held).recycled.is_none();
            let mut exclusive = Exclusive {
                held,
                open: true,
                cursors: 0,
            };
            match exclusive.command(begin).await {
                Ok(()) => return Ok(exclusive),
                // A server that was restarted is only noticed now; the next one may be newer.
                Err(_) if exclusive.is_lost() && !is_new => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// A connection that answered just now, without a transaction.
    pub(super) async fn take(&self) -> Result<Exclusive> {
        let mut exclusive = self.begin("").await?;
        exclusive.open = false;
        Ok(exclusive)
    }

    pub(super) fn close(&self) {
        self.0.close();
    }
}

fn unavailable(error: PoolError<Error>) -> Error {
    match error {
        PoolError::Backend(error) => error,
        PoolError::Closed => closed(),
        PoolError::Timeout(_) | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
            let message = "no database connection became free in time";
            Error::unavailable(DbError::new(DbErrorKind::Unavailable, message))
        }
    }
}

impl Exclusive {
    async fn command(&mut self, text: &str) -> Result<()> {
        self.held.busy = true;
        let done = self.held.connection.command(text).await;
        self.held.busy = false;
        done
    }

    pub(in crate::db) async fn run<T: FromRow>(
        &mut self,
        call: &Call,
        want: Want,
    ) -> Result<Harvest<T>> {
        self.held.busy = true;
        let outcome = self.held.connection.run(call, want).await;
        self.held.busy = false;
        outcome
    }

    pub(in crate::db) async fn commit(mut self) -> Result<()> {
        let committed = self.command("COMMIT").await;
        self.open = committed.is_err();
        committed
    }

    /// Opens a cursor over the rows of `call`.
    pub(in crate::db) async fn declare(&mut self, call: Call) -> Result<Cursor<'_>> {
        self.cursors += 1;
        let name = format!("underpin_{}", self.cursors);
        self.held.busy = true;
        Cursor::declare(self, name, call).await
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.held.connection
    }

    pub(super) fn set_busy(&mut self, busy: bool) {
        self.held.busy = busy;
    }

    fn is_lost(&self) -> bool {
        self.held.connection.is_closed()
    }
}

impl Drop for Exclusive {
    fn drop(&mut self) {
        if self.open {
            // One poll sends it; the answer comes before that of whatever the next caller sends.
            let _ = self
                .held
                .connection
                .client
                .batch_execute("ROLLBACK")
                .now_or_never();
        }
    }
}
