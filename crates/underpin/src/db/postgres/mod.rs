//! The PostgreSQL engine: shared pipelined connections for single statements, exclusive ones for transactions.
//! A lost connection is opened again by the next call that needs it.

mod array;
pub(super) mod codec;
pub(super) mod connect;
mod connection;
mod cursor;
mod exclusive;
mod lane;
mod slow;
mod tls;

use std::{sync::Arc, time::Instant};

use tokio_postgres::Client;

pub use self::array::TextArray;
use self::{connect::Connector, connection::is_stale, exclusive::Pool, lane::Lane, slow::Slow};
pub(super) use self::{cursor::Cursor, exclusive::Exclusive};
use super::{
    DbConfig, PostgresUrl,
    query::{Call, Harvest, Nothing, Want},
    row::FromRow,
    statement::Verb,
    watch::Stopwatch,
};
use crate::{Result, StartError};

/// A PostgreSQL server.
#[derive(Debug)]
pub(super) struct Postgres {
    url: PostgresUrl,
    connector: Arc<Connector>,
    reads: Lane,
    writes: Lane,
    exclusive: Pool,
    slow: Slow,
}

impl Postgres {
    pub(super) async fn open(url: &PostgresUrl, config: &DbConfig) -> Result<Self, StartError> {
        let connector = Arc::new(Connector::new(url, config)?);
        let opened = connector.try_connect().await;
        opened.map_err(|failure| connect::complaint(url, &failure))?;
        let wait = config.wait_timeout;
        Ok(Self {
            reads: Lane::new(config.readers, &connector, wait),
            writes: Lane::new(config.writers, &connector, wait),
            exclusive: Pool::new(config.transactions, &connector, wait).map_err(|error| {
                let remedy = "Set DATABASE_CONNECTIONS to a number above 0.";
                StartError::new("the database's pool", error.to_string(), remedy)
            })?,
            slow: Slow::default(),
            url: url.clone(),
            connector,
        })
    }

    /// A session of its own, outside of the pools.
    pub(super) async fn client(&self) -> Result<Client, StartError> {
        let opened = self.connector.try_connect().await;
        let connection = opened.map_err(|failure| connect::complaint(&self.url, &failure))?;
        Ok(connection.into_client())
    }

    pub(super) async fn run<T: FromRow>(
        &self,
        call: &Call,
        want: Want,
        watch: &mut Stopwatch,
    ) -> Result<Harvest<T>> {
        let verb = Verb::of(call.text.as_str());
        let lane = match verb {
            Verb::Read => &self.reads,
            Verb::Transaction => return Err(super::query::transaction_verb(call)),
            Verb::With | Verb::Write | Verb::Other => {
                watch.is_write();
                &self.writes
            }
        };
        if self.slow.contains(&call.text) {
            return self.run_apart(call, want, watch).await;
        }
        let place = lane.place()?;
        let connection = place.connection().await?;
        watch.begin();
        let began = Instant::now();
        let outcome = connection.run::<T>(call, want).await;
        if place.alone {
            self.slow.ran(&call.text, began.elapsed());
        }
        // A read may be repeated; a stale statement was not executed.
        let lost = verb == Verb::Read && connection.is_closed();
        match outcome {
            Err(error) if lost || is_stale(&error) => {
                place.connection().await?.run::<T>(call, want).await
            }
            other => other,
        }
    }

    /// Runs a slow statement on a connection that nobody else waits for.
    async fn run_apart<T: FromRow>(
        &self,
        call: &Call,
        want: Want,
        watch: &mut Stopwatch,
    ) -> Result<Harvest<T>> {
        let mut held = self.exclusive.take().await?;
        watch.begin();
        let began = Instant::now();
        let outcome = held.run::<T>(call, want).await;
        self.slow.ran(&call.text, began.elapsed());
        outcome
    }

    pub(super) async fn run_together(
        &self,
        calls: &[Call],
        watch: &mut Stopwatch,
    ) -> Result<Vec<u64>> {
        let mut held = self.begin().await?;
        watch.begin();
        let counts = run_all(&mut held, calls).await?;
        held.commit().await?;
        Ok(counts)
    }

    pub(super) async fn fetch_together<T: FromRow>(
        &self,
        calls: &[Call],
        last: &Call,
        watch: &mut Stopwatch,
    ) -> Result<Vec<T>> {
        let mut held = self.begin().await?;
        watch.begin();
        run_all(&mut held, calls).await?;
        let rows = held.run::<T>(last, Want::All).await?.rows;
        held.commit().await?;
        Ok(rows)
    }

    pub(super) async fn begin(&self) -> Result<Exclusive> {
        self.exclusive.begin("BEGIN").await
    }

    pub(super) async fn snapshot(&self) -> Result<Exclusive> {
        // The snapshot is fixed by the first statement, not by BEGIN.
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1";
        self.exclusive.begin(begin).await
    }

    pub(super) async fn close(&self) {
        self.reads.close();
        self.writes.close();
        self.exclusive.close();
    }
}

async fn run_all(held: &mut Exclusive, calls: &[Call]) -> Result<Vec<u64>> {
    let mut counts = Vec::with_capacity(calls.len());
    for call in calls {
        let affected = held.run::<Nothing>(call, Want::Affected).await?.affected;
        counts.push(call.check(affected)?);
    }
    Ok(counts)
}
