//! Reads on SQLite: in place on the async worker, because handing over costs more than a quick query.
//! A read that is not quick is interrupted and run again on a blocking thread.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task,
    time::timeout,
};

use super::{
    codec::refusal,
    open,
    run::{Info, Statements},
};
use crate::{
    Error, Result,
    db::{
        DbConfig, DbError, DbErrorKind,
        query::{Call, Harvest, Want},
        row::FromRow,
        watch::Stopwatch,
    },
};

/// How long a read may keep an async worker.
const QUICK: Duration = Duration::from_millis(2);

/// Virtual machine steps between two looks at the clock.
const STEPS: i32 = 1000;

/// The read connections. All but the first are opened when they are needed: each has its own copy of the
/// schema in memory, and few programs ever read as much at a time.
pub(super) struct Readers {
    path: PathBuf,
    config: DbConfig,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    /// Slow reads may take half of the connections, so that quick ones find one.
    slow_permits: Arc<Semaphore>,
}

/// What came of a read in place.
enum InPlace<T> {
    Done(Result<Harvest<T>>),
    Slow(Call),
    Writes(Call),
}

/// What came of a read.
pub(super) enum Read<T> {
    Done(Result<Harvest<T>>),
    /// The statement writes: it belongs to the writer.
    Writes(Call),
}

impl Readers {
    pub(super) fn open(path: &Path, config: &DbConfig) -> rusqlite::Result<Arc<Self>> {
        let count = config.readers.max(1);
        let first = open::reader(path, config)?;
        Ok(Arc::new(Self {
            path: path.to_owned(),
            config: config.clone(),
            idle: Mutex::new(vec![first]),
            permits: Arc::new(Semaphore::new(count)),
            slow_permits: Arc::new(Semaphore::new((count / 2).max(1))),
        }))
    }

    pub(super) async fn read<T: FromRow>(
        self: &Arc<Self>,
        statements: &Arc<Statements>,
        call: Call,
        info: Option<Arc<Info>>,
        want: Want,
        watch: &mut Stopwatch,
    ) -> Read<T> {
        // A loop of ready reads would otherwise starve the runtime's timers.
        task::coop::consume_budget().await;
        let call = if info.as_ref().is_some_and(|info| info.is_slow()) {
            call
        } else {
            let lent = match self.lend().await {
                Ok(lent) => lent,
                Err(error) => return Read::Done(Err(error)),
            };
            watch.begin();
            match lent.in_place(statements, call, info, want) {
                InPlace::Done(outcome) => return Read::Done(outcome),
                InPlace::Writes(call) => return Read::Writes(call),
                InPlace::Slow(call) => call,
            }
        };
        // Boxed, as all that is seldom needed here: it would be part of every handler's future.
        Read::Done(Box::pin(self.elsewhere(statements, call, want, watch)).await)
    }

    /// Runs a slow read on a blocking thread.
    async fn elsewhere<T: FromRow>(
        self: &Arc<Self>,
        statements: &Arc<Statements>,
        call: Call,
        want: Want,
        watch: &mut Stopwatch,
    ) -> Result<Harvest<T>> {
        let turn = permit(&self.slow_permits, self.config.wait_timeout).await?;
        let mut lent = self.lend().await?;
        watch.begin();
        let abandoned = Abandoned::default();
        let flag = Arc::clone(&abandoned.0);
        let (statements, longest) = (Arc::clone(statements), self.config.statement_timeout);
        let work = task::spawn_blocking(move || {
            let _turn = turn;
            let began = Instant::now();
            let over = move || flag.load(Ordering::Relaxed) || began.elapsed() > longest;
            lent.bound(over)?;
            let outcome = statements.run::<T>(lent.connection()?, &call, want);
            if began.elapsed() < QUICK
                && let Some(info) = statements.get(&call.text)
            {
                info.was_quick();
            }
            outcome
        });
        work.await?
    }

    async fn lend(self: &Arc<Self>) -> Result<Lent> {
        let permit = permit(&self.permits, self.config.wait_timeout).await?;
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => open::reader(&self.path, &self.config)
                .map_err(|error| refusal(error).into_error())?,
        };
        Ok(Lent {
            connection: Some(connection),
            home: Arc::clone(self),
            _permit: permit,
        })
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until every read has ended, and lets none begin.
    pub(super) async fn close(&self, count: u32) {
        let all = timeout(self.config.wait_timeout, self.permits.acquire_many(count)).await;
        self.permits.close();
        self.slow_permits.close();
        drop(all);
        self.idle().clear();
    }
}

/// A permit at once, or within `wait`; else 503.
pub(super) async fn permit(
    semaphore: &Arc<Semaphore>,
    wait: Duration,
) -> Result<OwnedSemaphorePermit> {
    if let Ok(permit) = Arc::clone(semaphore).try_acquire_owned() {
        return Ok(permit);
    }
    let refused = |message| Error::unavailable(DbError::new(DbErrorKind::Unavailable, message));
    match Box::pin(timeout(wait, Arc::clone(semaphore).acquire_owned())).await {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(_)) => Err(refused("the database was closed")),
        Err(_) => Err(refused("no database connection became free in time")),
    }
}

/// A read connection that finds its way home, then its permit.
struct Lent {
    connection: Option<Connection>,
    home: Arc<Readers>,
    _permit: OwnedSemaphorePermit,
}

impl Lent {
    fn connection(&self) -> Result<&Connection> {
        let closed = || Error::unavailable(DbError::new(DbErrorKind::Unavailable, "closed"));
        self.connection.as_ref().ok_or_else(closed)
    }

    /// Interrupts statements as soon as `over` says so.
    fn bound(&mut self, over: impl FnMut() -> bool + Send + 'static) -> Result<()> {
        match &mut self.connection {
            Some(connection) => Ok(connection.progress_handler(STEPS, Some(over))?),
            None => Ok(()),
        }
    }

    fn in_place<T: FromRow>(
        mut self,
        statements: &Statements,
        call: Call,
        info: Option<Arc<Info>>,
        want: Want,
    ) -> InPlace<T> {
        let began = Instant::now();
        if let Err(error) = self.bound(move || began.elapsed() > QUICK) {
            return InPlace::Done(Err(error));
        }
        let outcome = self.connection().and_then(|connection| {
            let prepared = statements.prepare_known(connection, &call.text, info);
            let (mut statement, info) = prepared?;
            if !info.readonly {
                return Ok(None);
            }
            super::run::run_prepared(connection, &mut statement, &info, &call, want).map(Some)
        });
        match outcome {
            Ok(None) => InPlace::Writes(call),
            Ok(Some(harvest)) => InPlace::Done(Ok(harvest)),
            Err(error) if error.database_kind() == Some(DbErrorKind::Timeout) => {
                if let Some(info) = statements.get(&call.text) {
                    info.was_slow();
                }
                InPlace::Slow(call)
            }
            Err(error) => InPlace::Done(Err(error)),
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.home.idle().push(connection);
        }
    }
}

/// Tells a read on a blocking thread that nobody waits for it any more.
#[derive(Default)]
struct Abandoned(Arc<AtomicBool>);

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Readers").finish_non_exhaustive()
    }
}
