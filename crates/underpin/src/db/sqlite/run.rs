//! One statement on one connection: prepare, bind by number, step, decode. Which connection is others' affair.

use std::{
    marker::PhantomData,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU32, Ordering},
    },
};

use rusqlite::{CachedStatement, Connection, Rows, StatementStatus};

use super::codec::refusal;
use crate::{
    Error, Result,
    db::{
        DbError, DbErrorKind,
        mapping::Mapping,
        query::{Call, Harvest, Want, transaction_verb},
        row::{FromRow, RowRef},
        statement::{PerStatement, Text, Verb},
        value::Value,
    },
};

/// What is known about a statement after it was prepared once.
#[derive(Debug)]
pub(super) struct Info {
    pub(super) readonly: bool,
    verb: Verb,
    /// For each parameter, as SQLite counts them, which bound value it takes. SQLite takes `$2` as a name
    /// and numbers names by first appearance: the number in the name must decide.
    parameters: Box<[usize]>,
    values: usize,
    /// How many runs off the async workers are still due; 0 for a statement that is quick.
    slow: AtomicU32,
}

/// Runs that a statement spends off the async workers after it was seen to be slow.
const SLOW_RUNS: u32 = 64;

impl Info {
    fn new(text: &str, statement: &CachedStatement<'_>) -> Result<Self> {
        let mut parameters = Vec::with_capacity(statement.parameter_count());
        for index in 1..=statement.parameter_count() {
            let number = statement
                .parameter_name(index)
                .and_then(|name| name.get(1..)?.parse::<usize>().ok())
                .and_then(|number| number.checked_sub(1))
                .ok_or_else(|| fault("parameters must be written $1, $2, …", text))?;
            parameters.push(number);
        }
        Ok(Self {
            readonly: statement.readonly(),
            verb: Verb::of(text),
            values: parameters.iter().max().map_or(0, |most| most + 1),
            parameters: parameters.into(),
            slow: AtomicU32::new(0),
        })
    }

    pub(super) fn is_slow(&self) -> bool {
        self.slow.load(Ordering::Relaxed) > 0
    }

    pub(super) fn was_slow(&self) {
        self.slow.store(SLOW_RUNS, Ordering::Relaxed);
    }

    /// A run off the async workers was quick; after enough of them the statement counts as quick again.
    pub(super) fn was_quick(&self) {
        let due = self.slow.load(Ordering::Relaxed);
        self.slow.store(due.saturating_sub(1), Ordering::Relaxed);
    }
}

/// All statements that this database has seen.
#[derive(Debug, Default)]
pub(super) struct Statements(RwLock<PerStatement<Arc<Info>>>);

impl Statements {
    pub(super) fn get(&self, text: &Text) -> Option<Arc<Info>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(text).cloned()
    }

    /// The statement on this connection, with what is known about it.
    pub(super) fn prepare<'c>(
        &self,
        connection: &'c Connection,
        text: &Text,
    ) -> Result<(CachedStatement<'c>, Arc<Info>)> {
        self.prepare_known(connection, text, self.get(text))
    }

    /// The same, where it was looked up before what is known.
    pub(super) fn prepare_known<'c>(
        &self,
        connection: &'c Connection,
        text: &Text,
        known: Option<Arc<Info>>,
    ) -> Result<(CachedStatement<'c>, Arc<Info>)> {
        let statement = connection
            .prepare_cached(text.as_str())
            .map_err(|error| refused(error, text.as_str()))?;
        if let Some(info) = known {
            return Ok((statement, info));
        }
        let info = Arc::new(Info::new(text.as_str(), &statement)?);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(text, Arc::clone(&info));
        Ok((statement, info))
    }

    /// Runs `call` on `connection` to the end, or to its first row if no more are wanted.
    pub(super) fn run<T: FromRow>(
        &self,
        connection: &Connection,
        call: &Call,
        want: Want,
    ) -> Result<Harvest<T>> {
        let (mut statement, info) = self.prepare(connection, &call.text)?;
        run_prepared(connection, &mut statement, &info, call, want)
    }
}

pub(super) fn run_prepared<T: FromRow>(
    connection: &Connection,
    statement: &mut CachedStatement<'_>,
    info: &Info,
    call: &Call,
    want: Want,
) -> Result<Harvest<T>> {
    let text = call.text.as_str();
    if info.verb == Verb::Transaction {
        return Err(transaction_verb(call));
    }
    bind(statement, info, call)?;
    let mut harvest = Harvest::default();
    if want == Want::Affected {
        let mut rows = statement.raw_query();
        let mut count = 0;
        while advance(&mut rows, text)?.is_some() {
            count += 1;
        }
        harvest.affected = match info.verb {
            _ if info.readonly => count,
            Verb::Write | Verb::With => connection.changes(),
            _ => 0,
        };
        return Ok(harvest);
    }
    let mut decoder = Decoder::<T>::new(statement, text)?;
    let mut rows = statement.raw_query();
    while let Some(row) = advance(&mut rows, text)? {
        harvest.rows.push(decoder.decode(row)?);
        if want == Want::First && info.readonly {
            break;
        }
    }
    Ok(harvest)
}

/// Makes rows of one run of a statement into values.
pub(super) struct Decoder<'t, T> {
    text: &'t str,
    mapping: Mapping,
    prepared: i32,
    of: PhantomData<fn() -> T>,
}

impl<'t, T: FromRow> Decoder<'t, T> {
    pub(super) fn new(statement: &rusqlite::Statement<'_>, text: &'t str) -> Result<Self> {
        Ok(Self {
            text,
            mapping: Self::mapping(statement, text)?,
            prepared: times_prepared(statement),
            of: PhantomData,
        })
    }

    fn mapping(statement: &rusqlite::Statement<'_>, text: &str) -> Result<Mapping> {
        let name = |at| statement.column_name(at).unwrap_or_default();
        let mapping = Mapping::of::<T>(statement.column_count(), name);
        mapping.map_err(|error| error.within(text).into())
    }

    pub(super) fn decode(&mut self, row: &rusqlite::Row<'_>) -> Result<T> {
        // The first step prepares the statement again if the schema has changed.
        if times_prepared(row.as_ref()) != self.prepared {
            self.mapping = Self::mapping(row.as_ref(), self.text)?;
            self.prepared = times_prepared(row.as_ref());
        }
        let value = T::from_row(&RowRef::sqlite(row, &self.mapping));
        value.map_err(|error| error.within(self.text).into())
    }
}

fn times_prepared(statement: &rusqlite::Statement<'_>) -> i32 {
    statement.get_status(StatementStatus::RePrepare)
}

pub(super) fn advance<'r>(
    rows: &'r mut Rows<'_>,
    text: &str,
) -> Result<Option<&'r rusqlite::Row<'r>>> {
    rows.next().map_err(|error| refused(error, text))
}

pub(super) fn bind(statement: &mut CachedStatement<'_>, info: &Info, call: &Call) -> Result<()> {
    let text = call.text.as_str();
    if info.values != call.values.len() {
        let bound = call.values.len();
        return Err(fault(
            &format!("{} values are wanted, {bound} were bound", info.values),
            text,
        ));
    }
    for (index, number) in info.parameters.iter().enumerate() {
        let value = call.values.get(*number).unwrap_or(&Value::Null);
        statement
            .raw_bind_parameter(index + 1, value)
            .map_err(|error| refused(error, text))?;
    }
    Ok(())
}

#[cold]
fn refused(error: rusqlite::Error, text: &str) -> Error {
    super::super::query::refused(refusal(error), text)
}

#[cold]
fn fault(problem: &str, text: &str) -> Error {
    super::super::query::refused(DbError::new(DbErrorKind::Other, problem), text)
}
