//! The only writer of a SQLite file: one thread that commits whatever is queued in one transaction, and
//! acknowledges each write after that commit.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use metrics::{Histogram, histogram};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::{codec::refusal, lease::Lease};
use crate::{
    Error, Result, StartError,
    db::{DbConfig, DbError, DbErrorKind},
};

/// Writes that share one commit at most.
const BATCH: usize = 256;

/// Virtual machine steps between two looks at the clock.
pub(super) const STEPS: i32 = 1000;

/// The queue to the writer's thread.
pub(super) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the writer is asked for.
pub(super) enum Job {
    /// Something that joins the next commit.
    Work(Box<dyn Work>),
    /// The writer itself, for a transaction.
    Lease(Lease),
}

/// A write whose result type is forgotten, so that different ones share a queue.
pub(super) trait Work: Send {
    /// Whether anybody still waits for it.
    fn is_wanted(&self) -> bool;
    /// Does it, within the transaction of the batch.
    fn run(&mut self, connection: &Connection);
    /// Answers, after the commit: with what `run` found, or with why nothing was committed.
    fn acknowledge(self: Box<Self>, committed: Result<(), DbError>);
}

struct Task<T, F> {
    work: Option<F>,
    outcome: Option<Result<(T, Instant)>>,
    reply: oneshot::Sender<Result<(T, Instant)>>,
}

impl<T, F> Work for Task<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T> + Send,
{
    fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }

    fn run(&mut self, connection: &Connection) {
        let began = Instant::now();
        self.outcome = self.work.take().map(|work| {
            catch_unwind(AssertUnwindSafe(|| work(connection)))
                .unwrap_or_else(|_| Err(other("a panic while rows were read")))
                .map(|value| (value, began))
        });
    }

    fn acknowledge(self: Box<Self>, committed: Result<(), DbError>) {
        let outcome = match (self.outcome, committed) {
            (Some(Ok(_)) | None, Err(error)) => Err(error.into_error()),
            (Some(outcome), _) => outcome,
            (None, Ok(())) => Err(other("the write was not run")),
        };
        // Nobody waits when the request was dropped; its write is committed all the same.
        let _ = self.reply.send(outcome);
    }
}

fn other(message: &str) -> Error {
    Error::internal(DbError::new(DbErrorKind::Other, message))
}

impl Writer {
    pub(super) fn start(connection: Connection, config: &DbConfig) -> Result<Self, StartError> {
        let (queue, jobs) = mpsc::channel(config.write_queue.max(1));
        let thread = Loop {
            connection,
            statement_timeout: config.statement_timeout,
            transaction_timeout: config.transaction_timeout,
            batch_sizes: histogram!("underpin_db_commit_writes", "engine" => "sqlite"),
        };
        let thread = thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || thread.serve(jobs))
            .map_err(|error| {
                let remedy = "Allow this program more threads.";
                StartError::new("database writer", format!("has no thread: {error}"), remedy)
            })?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Runs `work` in the next commit. The second value is when it began.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<(T, Instant)> {
        let (reply, answer) = oneshot::channel();
        self.enqueue(Job::Work(Box::new(Task {
            work: Some(work),
            outcome: None,
            reply,
        })))?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Queues `job`; 503 if too many wait already.
    pub(super) fn enqueue(&self, job: Job) -> Result<()> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        match queue.as_ref().map(|queue| queue.try_send(job)) {
            Some(Ok(())) => Ok(()),
            Some(Err(mpsc::error::TrySendError::Full(_))) => {
                let message = "too many writes are waiting for the database";
                Err(Error::unavailable(DbError::new(
                    DbErrorKind::Unavailable,
                    message,
                )))
            }
            Some(Err(mpsc::error::TrySendError::Closed(_))) | None => Err(closed()),
        }
    }

    /// Lets no more in, and waits until what is queued is committed.
    pub(super) async fn close(&self) {
        self.queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

pub(super) fn closed() -> Error {
    Error::unavailable(DbError::new(
        DbErrorKind::Unavailable,
        "the database was closed",
    ))
}

/// The writer's thread.
struct Loop {
    connection: Connection,
    statement_timeout: Duration,
    transaction_timeout: Duration,
    batch_sizes: Histogram,
}

impl Loop {
    fn serve(mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(job) = jobs.blocking_recv() {
            let lease = match job {
                Job::Lease(lease) => Some(lease),
                Job::Work(first) => self.batch(first, &mut jobs),
            };
            if let Some(lease) = lease {
                lease.serve(&mut self.connection, self.transaction_timeout);
            }
        }
        self.interrupt_after(self.statement_timeout);
        if let Err(error) = self.connection.execute_batch("PRAGMA optimize") {
            tracing::debug!(%error, "PRAGMA optimize failed");
        }
    }

    /// Commits `first` and what is queued behind it. Returns the lease that ended the batch.
    fn batch(&mut self, first: Box<dyn Work>, jobs: &mut mpsc::Receiver<Job>) -> Option<Lease> {
        if let Err(error) = execute(&self.connection, "BEGIN IMMEDIATE") {
            first.acknowledge(Err(error));
            return None;
        }
        let (mut done, mut lease, mut next) = (Vec::new(), None, Some(first));
        while let Some(mut work) = next.take() {
            if work.is_wanted() {
                self.interrupt_after(self.statement_timeout);
                work.run(&self.connection);
                done.push(work);
            }
            // Some errors (disk full, I/O, an interrupt) undo the whole transaction, not one statement.
            if self.connection.is_autocommit() || done.len() >= BATCH {
                break;
            }
            match jobs.try_recv() {
                Ok(Job::Work(work)) => next = Some(work),
                Ok(Job::Lease(found)) => lease = Some(found),
                Err(_) => {}
            }
        }
        let committed = self.commit();
        #[expect(clippy::cast_precision_loss, reason = "at most 256")]
        self.batch_sizes.record(done.len() as f64);
        for work in done {
            work.acknowledge(committed.clone());
        }
        lease
    }

    fn commit(&mut self) -> Result<(), DbError> {
        if self.connection.is_autocommit() {
            let message = "the write was undone together with one beside it that failed";
            return Err(DbError::new(DbErrorKind::Unavailable, message));
        }
        let committed = execute(&self.connection, "COMMIT");
        if committed.is_err() && !self.connection.is_autocommit() {
            roll_back(&self.connection);
        }
        committed
    }

    fn interrupt_after(&mut self, longest: Duration) {
        interrupt_at(&mut self.connection, Instant::now() + longest);
    }
}

/// Runs one of the statements around all others, which stays prepared.
pub(super) fn execute(connection: &Connection, text: &str) -> Result<(), DbError> {
    let mut statement = connection.prepare_cached(text).map_err(refusal)?;
    statement.execute([]).map(drop).map_err(refusal)
}

/// Interrupts whatever runs on `connection` at `deadline`.
pub(super) fn interrupt_at(connection: &mut Connection, deadline: Instant) {
    let over = move || Instant::now() >= deadline;
    if let Err(error) = connection.progress_handler(STEPS, Some(over)) {
        tracing::debug!(%error, "the statement timeout could not be set");
    }
}

pub(super) fn roll_back(connection: &Connection) {
    if let Err(error) = connection.execute_batch("ROLLBACK") {
        tracing::debug!(%error, "a transaction was gone before its rollback");
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Writer").finish_non_exhaustive()
    }
}
