//! Connections that one caller has for itself: transactions and snapshots.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::FutureExt;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

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
#[derive(Debug)]
pub(super) struct Pool {
    idle: Mutex<Vec<Idle>>,
    permits: Arc<Semaphore>,
    connector: Arc<Connector>,
    wait: Duration,
}

#[derive(Debug)]
struct Idle {
    connection: Connection,
    /// The last caller went away in the middle of a statement.
    busy: bool,
}

/// A connection with an open transaction. Dropped without a commit, it is rolled back.
#[derive(Debug)]
pub(in crate::db) struct Exclusive {
    connection: Option<Connection>,
    pool: Arc<Pool>,
    /// Between sending a command and hearing its end.
    busy: bool,
    /// A transaction is open, as far as is known.
    open: bool,
    /// Numbers the cursors of this transaction.
    cursors: u32,
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    pub(super) fn new(count: usize, connector: &Arc<Connector>, wait: Duration) -> Arc<Self> {
        Arc::new(Self {
            idle: Mutex::default(),
            permits: Arc::new(Semaphore::new(count.max(1))),
            connector: Arc::clone(connector),
            wait,
        })
    }

    /// A connection on which `begin` was run.
    pub(super) async fn begin(self: &Arc<Self>, begin: &str) -> Result<Exclusive> {
        let mut held = self.place().await?;
        while let Some(idle) = self.pop() {
            if idle.is_settled().await {
                held.connection = Some(idle.connection);
                match held.begin(begin).await {
                    // A server that was restarted is only noticed now.
                    Err(_) if held.is_lost() => {}
                    outcome => return outcome.map(|()| held),
                }
            }
        }
        held.connection = Some(self.connector.connect().await?);
        held.begin(begin).await?;
        Ok(held)
    }

    /// A connection that answered just now, without a transaction.
    pub(super) async fn take(self: &Arc<Self>) -> Result<Exclusive> {
        let mut held = self.begin("").await?;
        held.open = false;
        Ok(held)
    }

    async fn place(self: &Arc<Self>) -> Result<Exclusive> {
        let permit = timeout(self.wait, Arc::clone(&self.permits).acquire_owned()).await;
        let permit = permit.map_err(|_| {
            let message = "no database connection became free in time";
            Error::unavailable(DbError::new(DbErrorKind::Unavailable, message))
        })?;
        Ok(Exclusive {
            connection: None,
            pool: Arc::clone(self),
            busy: false,
            open: false,
            cursors: 0,
            _permit: permit.map_err(|_| closed())?,
        })
    }

    fn pop(&self) -> Option<Idle> {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
    }

    pub(super) fn close(&self) {
        self.permits.close();
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

impl Idle {
    async fn is_settled(&self) -> bool {
        if self.connection.is_closed() {
            return false;
        }
        let answers = || timeout(SETTLE, self.connection.client.batch_execute(""));
        !self.busy || matches!(answers().await, Ok(Ok(())))
    }
}

impl Exclusive {
    async fn begin(&mut self, begin: &str) -> Result<()> {
        self.open = true;
        self.command(begin).await
    }

    async fn command(&mut self, text: &str) -> Result<()> {
        self.busy = true;
        let done = self.connection()?.command(text).await;
        self.busy = false;
        done
    }

    pub(in crate::db) async fn run<T: FromRow>(
        &mut self,
        call: &Call,
        want: Want,
    ) -> Result<Harvest<T>> {
        self.busy = true;
        let outcome = self.connection()?.run(call, want).await;
        self.busy = false;
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
        self.busy = true;
        Cursor::declare(self, name, call).await
    }

    pub(super) fn connection(&self) -> Result<&Connection> {
        self.connection.as_ref().ok_or_else(closed)
    }

    pub(super) fn set_busy(&mut self, busy: bool) {
        self.busy = busy;
    }

    fn is_lost(&self) -> bool {
        self.connection.as_ref().is_none_or(Connection::is_closed)
    }
}

impl Drop for Exclusive {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        if self.open {
            // One poll sends it; the answer comes before that of whatever the next caller sends.
            let _ = connection.client.batch_execute("ROLLBACK").now_or_never();
        }
        if !connection.is_closed() && !self.pool.permits.is_closed() {
            let busy = self.busy;
            let mut idle = self
                .pool
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            idle.push(Idle { connection, busy });
        }
    }
}
