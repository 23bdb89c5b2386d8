//! Where a statement runs: on the database, within a transaction, or within a snapshot.

use super::{
    Db, Engine, Snapshot, Transaction,
    query::{Harvest, Query, Want},
    row::FromRow,
};
use crate::Result;

/// Where a statement runs: `&db`, `&mut transaction`, `&mut snapshot`.
#[derive(Debug)]
pub struct Executor<'e>(On<'e>);

#[derive(Debug)]
enum On<'e> {
    Db(&'e Db),
    Transaction(&'e mut Transaction),
    Snapshot(&'e mut Snapshot),
}

impl Executor<'_> {
    pub(super) fn engine(&self) -> Engine {
        match &self.0 {
            On::Db(db) => db.engine(),
            On::Transaction(transaction) => transaction.engine(),
            On::Snapshot(snapshot) => snapshot.engine(),
        }
    }

    pub(super) async fn run<T: FromRow>(self, query: Query, want: Want) -> Result<Harvest<T>> {
        match self.0 {
            On::Db(db) => db.run(query, want).await,
            // Boxed: both go to another thread or a server anyway, and would be part of every handler's future.
            On::Transaction(transaction) => Box::pin(transaction.run(query, want)).await,
            On::Snapshot(snapshot) => Box::pin(snapshot.run(query, want)).await,
        }
    }
}

impl<'e> From<&'e Db> for Executor<'e> {
    fn from(db: &'e Db) -> Self {
        Self(On::Db(db))
    }
}

impl<'e> From<&'e mut Transaction> for Executor<'e> {
    fn from(transaction: &'e mut Transaction) -> Self {
        Self(On::Transaction(transaction))
    }
}

impl<'e> From<&'e mut Snapshot> for Executor<'e> {
    fn from(snapshot: &'e mut Snapshot) -> Self {
        Self(On::Snapshot(snapshot))
    }
}
