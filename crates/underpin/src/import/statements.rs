//! The SQL of a target table, made of its description: find, insert, update, put back.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{
    Table,
    canonical::{Fingerprint, shown},
    record::Accepted,
};
use crate::{
    Result,
    db::{Columns, DecodeError, Engine, Executor, FromRow, Query, RowRef, Transaction, Value, sql},
};

/// Rows of one `INSERT`; SQLite takes 32,766 parameters at most.
const ROWS: usize = 100;

/// Keys of one `SELECT`.
const KEYS: usize = 500;

/// A row of any statement.
#[derive(Debug)]
pub(super) struct Cells(pub(super) Vec<Value>);

impl FromRow for Cells {
    const COLUMNS: Columns = Columns::Every;

    fn from_row(row: &RowRef<'_>) -> Result<Self, DecodeError> {
        // What no type of ours can hold, as a day beyond every calendar, is no reason to stop: it differs.
        let cell = |at| row.get(at).unwrap_or_else(|_| Value::Bytes(Vec::new()));
        Ok(Self((0..row.width()).map(cell).collect()))
    }
}

/// A row of the target as it stands.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) fingerprint: Fingerprint,
    /// All that a rollback puts back, as JSON.
    pub(super) image: String,
}

/// A table on an engine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) table: Table,
    pub(super) engine: Engine,
}

impl Target {
    pub(super) fn new(table: Table, engine: Engine) -> Self {
        Self { table, engine }
    }

    /// The rows with these keys, by key as it is shown. `lock`: nobody else may change them meanwhile.
    pub(super) async fn find(
        &self,
        on: &mut Finder<'_>,
        keys: &[Value],
    ) -> Result<HashMap<String, Standing>> {
        let mut found = HashMap::new();
        for keys in keys.chunks(KEYS) {
            let lock = on.locks() && self.engine == Engine::Postgres;
            let query = self.select(keys.len(), lock);
            let query = keys.iter().cloned().fold(sql(query), Query::bind);
            for Cells(mut cells) in query.fetch_all::<Cells>(on.executor()).await? {
                let Some(Value::Text(image)) = cells.pop() else {
                    continue;
                };
                let key = cells.get(self.table.key_index()).map(shown);
                let fingerprint = Fingerprint::of(&cells, self.engine);
                let standing = Standing { fingerprint, image };
                found.insert(key.unwrap_or_default(), standing);
            }
        }
        Ok(found)
    }

    fn select(&self, keys: usize, lock: bool) -> String {
        let columns = list(self.table.columns);
        let image = self.image();
        let (table, key) = (quoted(self.table.name), quoted(self.table.key));
        let wanted = parameters(1, keys);
        let lock = if lock { " FOR UPDATE" } else { "" };
        format!("SELECT {columns}, {image} FROM {table} WHERE {key} IN ({wanted}){lock}")
    }

    /// All columns that a rollback puts back, as one text.
    fn image(&self) -> String {
        let pairs: Vec<String> = self
            .saved()
            .map(|column| format!("'{column}', {}", quoted(column)))
            .collect();
        let pairs = pairs.join(", ");
        match self.engine {
            Engine::Sqlite => format!("json_object({pairs})"),
            Engine::Postgres => format!("jsonb_build_object({pairs})::text"),
        }
    }

    fn saved(&self) -> impl Iterator<Item = &'static str> {
        let table = self.table;
        table.columns.iter().chain(table.kept).copied()
    }

    /// All rows, as their columns.
    pub(super) fn all(&self) -> Query {
        let (columns, table) = (list(self.table.columns), quoted(self.table.name));
        sql(format!("SELECT {columns} FROM {table}"))
    }

    /// All rows whole, each as one JSON text: for a copy.
    pub(super) fn whole(&self) -> Query {
        let table = quoted(self.table.name);
        sql(format!("SELECT to_jsonb(rows)::text FROM {table} rows"))
    }

    pub(super) async fn count(&self, on: impl Into<Executor<'_>>) -> Result<u64> {
        let table = quoted(self.table.name);
        let count: i64 = sql(format!("SELECT count(*) FROM {table}"))
            .fetch_one(on)
            .await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Inserts all of these.
    pub(super) async fn insert(
        &self,
        on: &mut Transaction,
        rows: &[&Accepted],
        now: DateTime<Utc>,
    ) -> Result<()> {
        let stamps = self.table.made.len() + self.table.changed.len();
        let width = self.table.columns.len() + stamps;
        let columns: Vec<String> = self
            .table
            .columns
            .iter()
            .chain(self.table.made)
            .chain(self.table.changed)
            .map(|column| quoted(column))
            .collect();
        for rows in rows.chunks(ROWS) {
            let values: Vec<String> = (0..rows.len())
                .map(|row| format!("({})", parameters(row * width + 1, width)))
                .collect();
            let text = format!(
                "INSERT INTO {} ({}) VALUES {}",
                quoted(self.table.name),
                columns.join(", "),
                values.join(", ")
            );
            let mut query = sql(text);
            for row in rows {
                query = row.row.iter().cloned().fold(query, Query::bind);
                query = (0..stamps).fold(query, |query, _| query.bind(now));
            }
            query.rows_affected(&mut *on).await?;
        }
        Ok(())
    }

    /// Sets the columns of the row with this key.
    pub(super) async fn update(
        &self,
        on: &mut Transaction,
        row: &Accepted,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let columns = self.table.columns.iter().chain(self.table.changed);
        let sets: Vec<String> = columns
            .enumerate()
            .map(|(at, column)| format!("{} = ${}", quoted(column), at + 1))
            .collect();
        let text = format!(
            "UPDATE {} SET {} WHERE {} = ${}",
            quoted(self.table.name),
            sets.join(", "),
            quoted(self.table.key),
            sets.len() + 1
        );
        let key = row.row.get(self.table.key_index()).cloned();
        let query = row.row.iter().cloned().fold(sql(text), Query::bind);
        let query = self
            .table
            .changed
            .iter()
            .fold(query, |query, _| query.bind(now));
        query.bind(key).rows_affected(on).await.map(drop)
    }

    /// Takes the row with this key away.
    pub(super) async fn delete(&self, on: &mut Transaction, key: Value) -> Result<()> {
        let (table, column) = (quoted(self.table.name), quoted(self.table.key));
        let query = sql(format!("DELETE FROM {table} WHERE {column} = $1"));
        query.bind(key).rows_affected(on).await.map(drop)
    }

    /// Makes the row with this key what its image says, whether it is still there or not.
    pub(super) async fn put_back(
        &self,
        on: &mut Transaction,
        key: Value,
        image: &str,
    ) -> Result<()> {
        let update = sql(self.restoring_update()).bind(image).bind(key);
        if update.rows_affected(&mut *on).await? == 0 {
            let insert = sql(self.restoring_insert()).bind(image);
            insert.rows_affected(on).await?;
        }
        Ok(())
    }

    fn restoring_update(&self) -> String {
        let (table, key) = (quoted(self.table.name), quoted(self.table.key));
        let columns: Vec<&str> = self.saved().collect();
        match self.engine {
            Engine::Sqlite => {
                let sets: Vec<String> = columns
                    .iter()
                    .map(|column| format!("{} = {}", quoted(column), extracted(column)))
                    .collect();
                let sets = sets.join(", ");
                format!("UPDATE {table} SET {sets} WHERE {key} = $2")
            }
            Engine::Postgres => {
                let columns = list(&columns);
                format!(
                    "UPDATE {table} SET ({columns}) = (SELECT {columns}
                       FROM jsonb_populate_record(NULL::{table}, $1::text::jsonb)) WHERE {key} = $2"
                )
            }
        }
    }

    fn restoring_insert(&self) -> String {
        let table = quoted(self.table.name);
        let columns: Vec<&str> = self.saved().collect();
        let names = list(&columns);
        match self.engine {
            Engine::Sqlite => {
                let values: Vec<String> = columns.iter().map(|column| extracted(column)).collect();
                let values = values.join(", ");
                format!("INSERT INTO {table} ({names}) VALUES ({values})")
            }
            Engine::Postgres => format!(
                "INSERT INTO {table} ({names})
                 SELECT {names} FROM jsonb_populate_record(NULL::{table}, $1::text::jsonb)"
            ),
        }
    }
}

/// Where rows are looked for.
#[derive(Debug)]
pub(super) enum Finder<'f> {
    Db(&'f crate::db::Db),
    Transaction(&'f mut Transaction),
}

impl Finder<'_> {
    fn locks(&self) -> bool {
        matches!(self, Self::Transaction(_))
    }

    fn executor(&mut self) -> Executor<'_> {
        match self {
            Self::Db(db) => Executor::from(*db),
            Self::Transaction(transaction) => Executor::from(&mut **transaction),
        }
    }
}

fn extracted(column: &str) -> String {
    format!("json_extract($1, '$.\"{column}\"')")
}

fn list(columns: &[&str]) -> String {
    let quoted: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    quoted.join(", ")
}

/// `$3, $4`: so many parameters from a number on.
pub(super) fn parameters(from: usize, count: usize) -> String {
    let each: Vec<String> = (from..from + count)
        .map(|number| format!("${number}"))
        .collect();
    each.join(", ")
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
