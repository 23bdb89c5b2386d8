//! A transaction on SQLite: the writer is lent to one caller, for a bounded time.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{self, RecvTimeoutError},
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    codec::refusal,
    write::{Job, Writer, closed, interrupt_at, roll_back},
};
use crate::{
    Error, Result,
    db::{DbError, DbErrorKind},
};

type Run = Box<dyn FnOnce(&Connection) + Send>;

enum Command {
    Run(Run),
    Commit(oneshot::Sender<Result<(), DbError>>),
}

/// The writer's side: who asked, and what to do.
pub(super) struct Lease {
    granted: oneshot::Sender<Result<(), DbError>>,
    commands: mpsc::Receiver<Command>,
}

/// The caller's side. Dropped without a commit, everything is rolled back.
pub(in crate::db) struct Borrowed {
    commands: mpsc::Sender<Command>,
}

impl Borrowed {
    /// Waits for the writer.
    pub(super) async fn ask(writer: &Writer, wait: Duration) -> Result<Self> {
        let (granted, answer) = oneshot::channel();
        let (commands, received) = mpsc::channel();
        writer.enqueue(Job::Lease(Lease {
            granted,
            commands: received,
        }))?;
        match tokio::time::timeout(wait, answer).await {
            Ok(Ok(granted)) => granted.map_err(DbError::into_error)?,
            Ok(Err(_)) => return Err(closed()),
            Err(_) => {
                let message = "the writer did not become free in time";
                return Err(Error::unavailable(DbError::new(DbErrorKind::Busy, message)));
            }
        }
        Ok(Self { commands })
    }

    /// Runs `work` within the transaction.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let run = move |connection: &Connection| {
            let outcome = catch_unwind(AssertUnwindSafe(|| work(connection)));
            // Without an answer, the caller hears that the transaction is over.
            if let Ok(outcome) = outcome {
                let _ = reply.send(outcome);
            }
        };
        self.send(Command::Run(Box::new(run)))?;
        answer.await.unwrap_or_else(|_| Err(over()))
    }

    pub(in crate::db) async fn commit(self) -> Result<()> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Commit(reply))?;
        let committed = answer.await.map_err(|_| over())?;
        committed.map_err(DbError::into_error)
    }

    fn send(&self, command: Command) -> Result<()> {
        self.commands.send(command).map_err(|_| over())
    }
}

fn over() -> Error {
    let message = "the transaction was rolled back: it failed, or held the writer for too long";
    Error::unavailable(DbError::new(DbErrorKind::Timeout, message))
}

impl Lease {
    /// Runs the caller's commands until it commits, goes away, fails, or time is up.
    pub(super) fn serve(self, connection: &mut Connection, longest: Duration) {
        let deadline = Instant::now() + longest;
        if self.granted.is_closed() {
            return;
        }
        interrupt_at(connection, deadline);
        if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
            let _ = self.granted.send(Err(refusal(error)));
            return;
        }
        if self.granted.send(Ok(())).is_ok() {
            obey(connection, &self.commands, deadline);
        }
        if !connection.is_autocommit() {
            roll_back(connection);
        }
    }
}

fn obey(connection: &Connection, commands: &mpsc::Receiver<Command>, deadline: Instant) {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match commands.recv_timeout(left) {
            Ok(Command::Run(run)) => run(connection),
            Ok(Command::Commit(reply)) => {
                let committed = connection.execute_batch("COMMIT").map_err(refusal);
                let _ = reply.send(committed);
                return;
            }
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                tracing::warn!("A transaction held the writer for too long and was rolled back");
                return;
            }
        }
        // An interrupt or a full disk has undone everything: what follows must not run by itself.
        if connection.is_autocommit() {
            return;
        }
    }
}

impl fmt::Debug for Borrowed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Borrowed").finish_non_exhaustive()
    }
}
