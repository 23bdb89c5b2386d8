//! A read transaction on SQLite that stays open over several streams, on a connection of its own.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, types::ValueRef};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    task,
};

use super::{
    codec::refusal,
    run::{Decoder, Statements, advance, bind},
};
use crate::{
    Result,
    db::{
        query::{Call, Harvest, Want},
        row::FromRow,
        snapshot::{BATCH_BYTES, BATCH_ROWS},
    },
};

/// One connection with an open read transaction; closed with the last stream that uses it.
pub(in crate::db) struct Pinned {
    connection: Arc<Mutex<Connection>>,
    statements: Arc<Statements>,
    _permit: OwnedSemaphorePermit,
}

impl Pinned {
    pub(super) fn begin(
        connection: Connection,
        statements: Arc<Statements>,
        permit: OwnedSemaphorePermit,
    ) -> Result<Self> {
        // The snapshot is fixed by the first read, not by BEGIN.
        connection
            .execute_batch("BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1")
            .map_err(|error| refusal(error).into_error())?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            statements,
            _permit: permit,
        })
    }

    /// Runs one statement to its end.
    pub(in crate::db) async fn run<T: FromRow>(
        &self,
        call: Call,
        want: Want,
    ) -> Result<Harvest<T>> {
        let (connection, statements) = (Arc::clone(&self.connection), Arc::clone(&self.statements));
        let work = move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            statements.run::<T>(&connection, &call, want)
        };
        task::spawn_blocking(work).await?
    }

    /// Batches of rows, made by a blocking thread that is one batch ahead at most.
    pub(in crate::db) fn stream<T: FromRow>(&self, call: Call) -> mpsc::Receiver<Result<Vec<T>>> {
        let (connection, statements) = (Arc::clone(&self.connection), Arc::clone(&self.statements));
        let (batches, received) = mpsc::channel(1);
        task::spawn_blocking(move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = pump(&connection, &statements, &call, &batches) {
                let _ = batches.blocking_send(Err(error));
            }
        });
        received
    }
}

fn pump<T: FromRow>(
    connection: &Connection,
    statements: &Statements,
    call: &Call,
    batches: &mpsc::Sender<Result<Vec<T>>>,
) -> Result<()> {
    let text = call.text.as_str();
    let (mut statement, info) = statements.prepare(connection, &call.text)?;
    bind(&mut statement, &info, call)?;
    let width = statement.column_count();
    let mut decoder = Decoder::<T>::new(&statement, text)?;
    let (mut batch, mut bytes) = (Vec::new(), 0);
    let mut rows = statement.raw_query();
    while let Some(row) = advance(&mut rows, text)? {
        bytes += size(row, width);
        batch.push(decoder.decode(row)?);
        if bytes >= BATCH_BYTES || batch.len() >= BATCH_ROWS {
            if batches
                .blocking_send(Ok(std::mem::take(&mut batch)))
                .is_err()
            {
                return Ok(()); // The stream was dropped.
            }
            bytes = 0;
        }
    }
    if !batch.is_empty() {
        let _ = batches.blocking_send(Ok(batch));
    }
    Ok(())
}

fn size(row: &rusqlite::Row<'_>, width: usize) -> usize {
    let sizes = (0..width).map(|at| match row.get_ref(at) {
        Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => bytes.len(),
        _ => 8,
    });
    sizes.sum()
}

impl fmt::Debug for Pinned {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pinned").finish_non_exhaustive()
    }
}
