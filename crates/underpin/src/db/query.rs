//! A statement with its values, and the ways to run it: all rows, one, the count, or a stream.

use super::{
    DbError, Engine, Executor,
    row::{Columns, DecodeError, FromRow, RowRef},
    snapshot::{RowStream, Snapshot},
    statement::{Statement, Text, shortened},
    value::Value,
};
use crate::{Error, Result};

/// A statement with the values bound so far. Made by [`sql`](super::sql).
#[derive(Clone, Debug)]
#[must_use = "a query does nothing until it is run"]
pub struct Query {
    statement: Statement,
    values: Vec<Value>,
    must_change: Option<u64>,
}

impl Query {
    pub(super) fn new(statement: Statement) -> Self {
        Self {
            statement,
            values: Vec::new(),
            must_change: None,
        }
    }

    /// Binds the next value: the first call is `$1`, the second `$2`.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Within [`Db::run_together`](super::Db::run_together): if the statement changes another number of rows,
    /// nothing of the set happens, and the call fails with [`DbErrorKind::Unmet`](super::DbErrorKind::Unmet).
    /// So a set of writes can depend on what was read before it.
    pub fn must_change(mut self, rows: u64) -> Self {
        self.must_change = Some(rows);
        self
    }

    /// All rows, in the statement's order. What a `SELECT` may return should be bounded by its `LIMIT`.
    pub async fn fetch_all<T: FromRow>(self, on: impl Into<Executor<'_>>) -> Result<Vec<T>> {
        Ok(on.into().run::<T>(self, Want::All).await?.rows)
    }

    /// The first row, if there is one.
    pub async fn fetch_optional<T: FromRow>(
        self,
        on: impl Into<Executor<'_>>,
    ) -> Result<Option<T>> {
        let harvest = on.into().run::<T>(self, Want::First).await?;
        Ok(harvest.rows.into_iter().next())
    }

    /// The first row; none is a fault of this program (500). Where a row may be absent, ask for
    /// [`Query::fetch_optional`] and answer 404.
    pub async fn fetch_one<T: FromRow>(self, on: impl Into<Executor<'_>>) -> Result<T> {
        let on = on.into();
        let text = self.statement.text(on.engine()).clone();
        let harvest = on.run::<T>(self, Want::First).await?;
        let first = harvest.rows.into_iter().next();
        first.ok_or_else(|| {
            Error::internal(DecodeError::new("a row was expected").within(text.as_str()))
        })
    }

    /// Runs it and says how many rows it inserted, changed or deleted.
    pub async fn rows_affected(self, on: impl Into<Executor<'_>>) -> Result<u64> {
        Ok(on
            .into()
            .run::<Nothing>(self, Want::Affected)
            .await?
            .affected)
    }

    /// The rows in batches of about 1 MiB at most, however many there are. Streams of one snapshot, one
    /// after the other, see the same data.
    pub async fn stream<T: FromRow>(self, on: &mut Snapshot) -> Result<RowStream<'_, T>> {
        on.stream(self).await
    }

    pub(super) fn on(self, engine: Engine) -> Call {
        Call {
            text: self.statement.text(engine).clone(),
            values: self.values,
            must_change: self.must_change,
        }
    }
}

/// A query for one engine.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) text: Text,
    pub(super) values: Vec<Value>,
    must_change: Option<u64>,
}

impl Call {
    /// Whether it has changed as many rows as it had to.
    pub(super) fn check(&self, changed: u64) -> Result<u64> {
        match self.must_change {
            Some(rows) if rows != changed => Err(unmet(self, changed)),
            _ => Ok(changed),
        }
    }
}

#[cold]
fn unmet(call: &Call, changed: u64) -> Error {
    let wanted = call.must_change.unwrap_or_default();
    let message = format!("{changed} rows were changed instead of {wanted}");
    refused(
        DbError::new(super::DbErrorKind::Unmet, message),
        call.text.as_str(),
    )
}

/// How much of the result is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    All,
    First,
    Affected,
}

/// What a statement brought.
#[derive(Debug)]
pub(super) struct Harvest<T> {
    pub(super) rows: Vec<T>,
    pub(super) affected: u64,
}

impl<T> Harvest<T> {
    /// Rows returned, or changed if none were asked for.
    pub(super) fn count(&self) -> u64 {
        self.affected.max(self.rows.len() as u64)
    }
}

impl<T> Default for Harvest<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            affected: 0,
        }
    }
}

/// The row of a statement whose rows nobody wants.
#[derive(Debug)]
pub(super) struct Nothing;

impl FromRow for Nothing {
    const COLUMNS: Columns = Columns::Named(&[]);

    fn from_row(_: &RowRef<'_>) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

#[cold]
pub(super) fn refused(error: DbError, text: &str) -> Error {
    error.into_error().doing(format!("`{}`", shortened(text)))
}

#[cold]
pub(super) fn transaction_verb(call: &Call) -> Error {
    let message = "transactions are begun with `Db::begin`";
    refused(
        DbError::new(super::DbErrorKind::Other, message),
        call.text.as_str(),
    )
}
