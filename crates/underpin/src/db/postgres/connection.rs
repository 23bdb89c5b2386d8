//! One connection to PostgreSQL with its prepared statements. Many calls may share it: they are pipelined.

use std::{
    fmt,
    pin::pin,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::TryStreamExt;
use tokio::time::timeout;
use tokio_postgres::{Client, Statement};

use super::codec::refusal;
use crate::{
    Error, Result,
    db::{
        DbError, DbErrorKind,
        mapping::{Mapping, Mappings},
        query::{Call, Harvest, Want, refused},
        row::{FromRow, RowRef},
        statement::{PerStatement, Text},
    },
};

/// What the client waits beyond the server's own limit before it gives the connection up.
const GRACE: Duration = Duration::from_secs(2);

pub(in crate::db) struct Connection {
    pub(super) client: Client,
    prepared: RwLock<PerStatement<Arc<Prepared>>>,
    longest: Duration,
    /// The server stopped answering on it.
    lost: AtomicBool,
}

/// A statement prepared on one connection.
#[derive(Debug)]
pub(super) struct Prepared {
    statement: Statement,
    mappings: Mappings,
}

impl Prepared {
    pub(super) fn new(statement: Statement) -> Self {
        Self {
            statement,
            mappings: Mappings::default(),
        }
    }

    pub(super) fn statement(&self) -> &Statement {
        &self.statement
    }

    pub(super) fn mapping<T: FromRow>(&self, text: &str) -> Result<Mapping> {
        let columns = self.statement.columns();
        let name = |at: usize| columns.get(at).map_or("", tokio_postgres::Column::name);
        let mapping = self.mappings.of::<T>(columns.len(), name);
        mapping.map_err(|error| error.within(text).into())
    }
}

impl Connection {
    pub(super) fn new(client: Client, statement_timeout: Duration) -> Self {
        Self {
            client,
            prepared: RwLock::default(),
            longest: statement_timeout + GRACE,
            lost: AtomicBool::new(false),
        }
    }

    pub(super) fn into_client(self) -> Client {
        self.client
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lost.load(Ordering::Relaxed) || self.client.is_closed()
    }

    /// Runs `call` to the end; a connection whose server does not answer in time is given up.
    pub(super) async fn run<T: FromRow>(&self, call: &Call, want: Want) -> Result<Harvest<T>> {
        let running = async {
            let prepared = self.prepare(&call.text).await?;
            self.run_prepared(&prepared, call, want).await
        };
        let outcome = self.in_time(running).await;
        if matches!(&outcome, Err(error) if is_stale(error)) {
            let mut prepared = self
                .prepared
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            prepared.remove(&call.text);
        }
        outcome
    }

    /// Runs commands without parameters or results: BEGIN, COMMIT.
    pub(super) async fn command(&self, text: &str) -> Result<()> {
        self.in_time(async {
            let done = self.client.batch_execute(text).await;
            done.map_err(|error| refused(refusal(&error), text))
        })
        .await
    }

    pub(super) async fn in_time<T>(&self, running: impl Future<Output = Result<T>>) -> Result<T> {
        timeout(self.longest, running).await.unwrap_or_else(|_| {
            self.lost.store(true, Ordering::Relaxed);
            let message = "PostgreSQL did not answer in time";
            Err(Error::unavailable(DbError::new(
                DbErrorKind::Timeout,
                message,
            )))
        })
    }

    async fn prepare(&self, text: &Text) -> Result<Arc<Prepared>> {
        if let Some(prepared) = self.known(text) {
            return Ok(prepared);
        }
        let statement = self.client.prepare(text.as_str()).await;
        let statement = statement.map_err(|error| refused(refusal(&error), text.as_str()))?;
        let prepared = Arc::new(Prepared::new(statement));
        let mut known = self
            .prepared
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        known.insert(text, Arc::clone(&prepared));
        Ok(prepared)
    }

    fn known(&self, text: &Text) -> Option<Arc<Prepared>> {
        let known = self.prepared.read().unwrap_or_else(PoisonError::into_inner);
        known.get(text).cloned()
    }

    pub(super) async fn run_prepared<T: FromRow>(
        &self,
        prepared: &Prepared,
        call: &Call,
        want: Want,
    ) -> Result<Harvest<T>> {
        let text = call.text.as_str();
        let failed = |error: tokio_postgres::Error| refused(refusal(&error), text);
        check_count(prepared, call)?;
        let mut harvest = Harvest::default();
        if want == Want::Affected {
            let affected = self
                .client
                .execute_raw(&prepared.statement, &call.values)
                .await;
            harvest.affected = affected.map_err(failed)?;
            return Ok(harvest);
        }
        let mapping = prepared.mapping::<T>(text)?;
        let rows = self
            .client
            .query_raw(&prepared.statement, &call.values)
            .await;
        let mut rows = pin!(rows.map_err(failed)?);
        while let Some(row) = rows.try_next().await.map_err(failed)? {
            if want == Want::All || harvest.rows.is_empty() {
                let value = T::from_row(&RowRef::postgres(&row, &mapping));
                harvest
                    .rows
                    .push(value.map_err(|error| error.within(text))?);
            }
        }
        Ok(harvest)
    }
}

fn check_count(prepared: &Prepared, call: &Call) -> Result<()> {
    let (wanted, bound) = (prepared.statement.params().len(), call.values.len());
    if wanted == bound {
        return Ok(());
    }
    let problem = format!("{wanted} values are wanted, {bound} were bound");
    Err(refused(
        DbError::new(DbErrorKind::Other, problem),
        call.text.as_str(),
    ))
}

/// The schema changed under a prepared statement, or the server forgot it. Nothing was executed.
pub(super) fn is_stale(error: &Error) -> bool {
    let message = error
        .source_as::<DbError>()
        .map(|error| error.message.as_str());
    message.is_some_and(|message| {
        message.ends_with("(26000)")
            || message.starts_with("cached plan must not change result type")
    })
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connection").finish_non_exhaustive()
    }
}
