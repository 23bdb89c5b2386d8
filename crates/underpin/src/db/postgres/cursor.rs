//! A cursor: rows fetched in batches, so that neither end holds them all.

use std::pin::pin;

use futures_util::{FutureExt, TryStreamExt};

use super::{codec::refusal, connection::Prepared, exclusive::Exclusive};
use crate::{
    Result,
    db::{
        query::{Call, refused},
        row::{FromRow, RowRef},
        snapshot::{BATCH_BYTES, BATCH_ROWS},
        value::Value,
    },
};

/// How many rows are fetched at once; which of these, the size of the rows so far decides.
const STEPS: [usize; 4] = [1, 16, 128, BATCH_ROWS];

/// `FETCH` takes no parameters.
const NO_VALUES: [Value; 0] = [];

/// Rows of one statement, in batches.
#[derive(Debug)]
pub(in crate::db) struct Cursor<'s> {
    on: &'s mut Exclusive,
    name: String,
    call: Call,
    /// One `FETCH` for each of [`STEPS`], prepared at its first use.
    fetches: [Option<Prepared>; STEPS.len()],
    step: usize,
    done: bool,
}

impl<'s> Cursor<'s> {
    pub(super) async fn declare(on: &'s mut Exclusive, name: String, call: Call) -> Result<Self> {
        let connection = on.connection();
        let text = call.text.as_str();
        let declare = format!("DECLARE {name} NO SCROLL CURSOR FOR {text}");
        let opening = async {
            let opened = async {
                let statement = connection.client.prepare(&declare).await?;
                connection
                    .client
                    .execute_raw(&statement, &call.values)
                    .await
            };
            opened.await.map_err(|error| refused(refusal(&error), text))
        };
        connection.in_time(opening).await?;
        on.set_busy(false);
        Ok(Self {
            on,
            name,
            call,
            fetches: [const { None }; STEPS.len()],
            step: 1,
            done: false,
        })
    }

    pub(in crate::db) async fn next_batch<T: FromRow>(&mut self) -> Result<Option<Vec<T>>> {
        if self.done {
            return Ok(None);
        }
        self.on.set_busy(true);
        let fetched = self.fetch().await;
        self.on.set_busy(false);
        let (batch, bytes): (Vec<T>, usize) = fetched.inspect_err(|_| self.done = true)?;
        let wanted = STEPS.get(self.step).copied().unwrap_or(1);
        self.done = batch.len() < wanted;
        let row = bytes / batch.len().max(1);
        let fits = |step: &usize| {
            STEPS
                .get(*step)
                .is_some_and(|rows| rows * row <= BATCH_BYTES)
        };
        self.step = (0..STEPS.len()).rev().find(fits).unwrap_or(0);
        Ok((!batch.is_empty()).then_some(batch))
    }

    async fn fetch<T: FromRow>(&mut self) -> Result<(Vec<T>, usize)> {
        let text = self.call.text.as_str();
        let failed = |error: tokio_postgres::Error| refused(refusal(&error), text);
        let connection = self.on.connection();
        let rows = STEPS.get(self.step).copied().unwrap_or(1);
        let fetch = format!("FETCH FORWARD {rows} FROM {}", self.name);
        let known = self.fetches.get_mut(self.step).and_then(Option::take);
        let fetching = async {
            let prepared = match known {
                Some(prepared) => prepared,
                None => Prepared::new(connection.client.prepare(&fetch).await.map_err(failed)?),
            };
            let mapping = prepared.mapping::<T>(text)?;
            let (mut batch, mut bytes) = (Vec::new(), 0);
            let rows = connection
                .client
                .query_raw(prepared.statement(), &NO_VALUES)
                .await;
            let mut rows = pin!(rows.map_err(failed)?);
            while let Some(row) = rows.try_next().await.map_err(failed)? {
                bytes += row.raw_size_bytes();
                let value = T::from_row(&RowRef::postgres(&row, &mapping));
                batch.push(value.map_err(|error| error.within(text))?);
            }
            Ok((prepared, batch, bytes))
        };
        let (prepared, batch, bytes) = connection.in_time(fetching).await?;
        if let Some(slot) = self.fetches.get_mut(self.step) {
            *slot = Some(prepared);
        }
        Ok((batch, bytes))
    }
}

impl Drop for Cursor<'_> {
    fn drop(&mut self) {
        let connection = self.on.connection();
        // One poll sends it; nobody waits for the answer.
        let close = format!("CLOSE {}", self.name);
        let _ = connection.client.batch_execute(&close).now_or_never();
    }
}
