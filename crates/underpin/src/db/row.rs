//! Rows becoming Rust values: by column name for structs, by position for tuples and scalars.

use std::{fmt, sync::Arc};

use super::{
    column::{Column, FromValue, Mismatch},
    mapping::Mapping,
};

/// Which columns a type wants of a row.
#[derive(Clone, Copy, Debug)]
pub enum Columns {
    /// These, wherever they stand; further columns are ignored.
    Named(&'static [&'static str]),
    /// Exactly so many, in the order of the statement.
    Positional(usize),
    /// All that the statement has, in its order; [`RowRef::width`] says how many.
    Every,
}

/// Can be made from a row. Derive [`Row`](crate::db::Row) for a struct; tuples and single
/// [`FromValue`] types have it already.
pub trait FromRow: Sized + Send + 'static {
    /// Which columns it wants.
    const COLUMNS: Columns;

    /// Makes it from `row`, whose index counts within [`FromRow::COLUMNS`].
    fn from_row(row: &RowRef<'_>) -> Result<Self, DecodeError>;
}

/// A row as the driver holds it; nothing is copied until a field asks.
#[derive(Clone, Copy)]
pub struct RowRef<'r> {
    source: Source<'r>,
    mapping: &'r Mapping,
}

#[derive(Clone, Copy)]
enum Source<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl<'r> RowRef<'r> {
    pub(super) fn sqlite(row: &'r rusqlite::Row<'r>, mapping: &'r Mapping) -> Self {
        let source = Source::Sqlite(row);
        Self { source, mapping }
    }

    pub(super) fn postgres(row: &'r tokio_postgres::Row, mapping: &'r Mapping) -> Self {
        let source = Source::Postgres(row);
        Self { source, mapping }
    }

    /// The `index`th wanted column as a `T`.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T, DecodeError> {
        let at = self.mapping.position(index).unwrap_or(usize::MAX);
        let column = match self.source {
            Source::Sqlite(row) => super::sqlite::codec::column(row, at),
            Source::Postgres(row) => super::postgres::codec::column(row, at),
        };
        column
            .and_then(|column: Column<'_>| T::from_value(column))
            .map_err(|mismatch| self.mismatch(at, &mismatch))
    }

    /// How many columns the statement has.
    pub fn width(&self) -> usize {
        match self.source {
            Source::Sqlite(row) => row.as_ref().column_count(),
            Source::Postgres(row) => row.len(),
        }
    }

    #[cold]
    fn mismatch(&self, at: usize, mismatch: &Mismatch) -> DecodeError {
        let name = match self.source {
            Source::Sqlite(row) => row.as_ref().column_name(at).ok(),
            Source::Postgres(row) => row.columns().get(at).map(tokio_postgres::Column::name),
        };
        DecodeError::new(format!(
            "column `{}`: {mismatch}",
            name.unwrap_or("(beyond the last)")
        ))
    }
}

impl fmt::Debug for RowRef<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RowRef").finish_non_exhaustive()
    }
}

/// A row does not fit the type that it was asked for: a fault of the program, answered with 500.
#[derive(Clone, Debug)]
pub struct DecodeError {
    problem: String,
    statement: Option<Arc<str>>,
}

impl DecodeError {
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            statement: None,
        }
    }

    #[cold]
    pub(super) fn within(mut self, statement: &str) -> Self {
        self.statement = Some(super::statement::shortened(statement).into());
        self
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.problem)?;
        match &self.statement {
            Some(statement) => write!(formatter, ", in `{statement}`"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for DecodeError {}

impl<T: FromValue + Send + 'static> FromRow for T {
    const COLUMNS: Columns = Columns::Positional(1);

    fn from_row(row: &RowRef<'_>) -> Result<Self, DecodeError> {
        row.get(0)
    }
}

macro_rules! from_row_for_tuple {
    ($count:literal: $($name:ident $index:literal),*) => {
        impl<$($name: FromValue + Send + 'static),*> FromRow for ($($name,)*) {
            const COLUMNS: Columns = Columns::Positional($count);

            fn from_row(row: &RowRef<'_>) -> Result<Self, DecodeError> {
                Ok(($(row.get::<$name>($index)?,)*))
            }
        }
    };
}

from_row_for_tuple!(1: A 0);
from_row_for_tuple!(2: A 0, B 1);
from_row_for_tuple!(3: A 0, B 1, C 2);
from_row_for_tuple!(4: A 0, B 1, C 2, D 3);
from_row_for_tuple!(5: A 0, B 1, C 2, D 3, E 4);
from_row_for_tuple!(6: A 0, B 1, C 2, D 3, E 4, F 5);
from_row_for_tuple!(7: A 0, B 1, C 2, D 3, E 4, F 5, G 6);
from_row_for_tuple!(8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
