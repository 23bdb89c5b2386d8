//! Everything anew, from a file: beside what is there, and in its place only when all of it has come.

use std::fmt;

use underpin::{
    Error, Result,
    db::{DbErrorKind, Query, sql},
};

use super::{
    Store,
    identity::Identity,
    index::{statements, texts},
    repository::{LIST, VALUE, numbers_of},
};
use crate::app::value::Json;

/// Records per statement, and the size of bodies per commit, in bytes.
const ROWS: usize = 128;
const BYTES: usize = 2 << 20;

/// Statements per commit. They wait in memory, some of which is not given back.
const STATEMENTS: usize = 8;

/// Marks a resource whose data is no longer wanted.
const DEAD: i64 = 0;

/// A load under way. Dropped before [`Load::finish_if`], nothing has happened.
#[derive(Debug)]
pub struct Load {
    store: Store,
    mark: i64,
    place: i64,
    list: Option<List>,
}

#[derive(Debug)]
struct List {
    resource: i64,
    name: String,
    next_place: i64,
    number_ids: i64,
    other_ids: i64,
    rows: Vec<(Identity, String)>,
    queries: Vec<Query>,
    bytes: usize,
}

/// Why a load cannot go on.
#[derive(Debug)]
pub enum LoadError {
    /// Two records of a list have the same id; which list it is.
    DuplicateId(String),
    /// The database refused.
    Refused(Error),
}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateId(list) => {
                write!(formatter, "two records of \"{list}\" have the same id")
            }
            Self::Refused(error) => write!(formatter, "{}", error.chain()),
        }
    }
}

impl std::error::Error for LoadError {}

impl From<Error> for LoadError {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl Store {
    /// Begins to load everything anew. What was left of loads that did not come to their end is removed
    /// where nobody else can be at one: on SQLite.
    pub async fn load(&self) -> Result<Load> {
        let bytes = self.0.draws.draw()?;
        Ok(Load {
            store: self.clone(),
            mark: i64::from_le_bytes(bytes) & i64::MAX | 1,
            place: 0,
            list: None,
        })
    }

    /// Removes a part of what is no longer wanted: what a load replaced, and loads that did not come to their end.
    /// `false` if nothing was left. To be called until then, while no load is under way.
    pub async fn sweep(&self) -> Result<bool> {
        let db = &self.repository().db;
        let dead: Option<i64> =
            sql("SELECT id FROM collections_resources WHERE load IS NOT NULL ORDER BY id LIMIT 1")
                .fetch_optional(db)
                .await?;
        let Some(dead) = dead else {
            return Ok(false);
        };
        if statements::sweep(db, Some(dead)).await? {
            return Ok(true);
        }
        if texts::sweep(db, dead).await? > 0 {
            return Ok(true);
        }
        let numbers = numbers_of(dead);
        let records = sql("DELETE FROM collections_records WHERE number IN
             (SELECT number FROM collections_records WHERE number >= $1 AND number < $2 LIMIT 2000)")
            .bind(numbers.start)
            .bind(numbers.end)
            .rows_affected(db)
            .await?;
        if records == 0 {
            sql("DELETE FROM collections_resources WHERE id = $1 AND load IS NOT NULL")
                .bind(dead)
                .rows_affected(db)
                .await?;
        }
        Ok(true)
    }
}

impl Load {
    /// Begins a list; the records that follow are its own.
    pub async fn list(&mut self, name: &str) -> Result<(), LoadError> {
        self.end_list().await?;
        let resource = self.resource(name, LIST, None).await?;
        self.list = Some(List {
            resource,
            name: name.to_owned(),
            next_place: 0,
            number_ids: 0,
            other_ids: 0,
            rows: Vec::new(),
            queries: Vec::new(),
            bytes: 0,
        });
        Ok(())
    }

    /// Adds a record to the list that was begun last.
    pub async fn record(&mut self, record: &Json) -> Result<(), LoadError> {
        let identity = Identity::of(record, self.store.id_name());
        let Some(list) = &mut self.list else {
            return Ok(());
        };
        let (numbers, others) = identity.weights();
        list.number_ids += numbers;
        list.other_ids += others;
        let body = record.to_string();
        list.bytes += body.len();
        list.rows.push((identity, body));
        if list.rows.len() == ROWS {
            list.make_query();
        }
        if list.bytes >= BYTES || list.queries.len() >= STATEMENTS {
            list.flush(&self.store).await?;
        }
        Ok(())
    }

    /// Adds what is no list.
    pub async fn value(&mut self, name: &str, value: &Json) -> Result<(), LoadError> {
        self.end_list().await?;
        let body = value.to_string();
        self.resource(name, VALUE, Some(body)).await?;
        Ok(())
    }

    /// Puts what was loaded in the place of what was there, if the data still has this [`Store::version`]:
    /// `false`, and nothing has happened, if it was changed meanwhile.
    pub async fn finish_if(mut self, version: i64) -> Result<bool, LoadError> {
        self.end_list().await?;
        // What is prepared from here on stays, and would keep all memory below it.
        self.store.release_memory().await;
        // The rows that are replaced are locked before they are looked at.
        let replaced = -self.mark;
        let replace = vec![
            sql("UPDATE collections_resources SET load = $1 WHERE load IS NULL").bind(replaced),
            sql("INSERT INTO collections_meta (name, value)
                 SELECT 'load', 'under way' WHERE $1 = (SELECT CAST(coalesce(sum(version + id), 0) AS bigint)
                   FROM collections_resources WHERE load = $2)")
                .bind(version)
                .bind(replaced)
                .must_change(1),
            sql("DELETE FROM collections_meta WHERE name = 'load'"),
            sql("UPDATE collections_resources SET load = $1 WHERE load = $2")
                .bind(DEAD)
                .bind(replaced),
            sql("UPDATE collections_resources SET load = NULL WHERE load = $1").bind(self.mark),
        ];
        let store = &self.store;
        let _writing = store.0.writes.begin();
        match store.repository().db.run_together(replace).await {
            Err(error) if error.database_kind() == Some(DbErrorKind::Unmet) => return Ok(false),
            outcome => outcome?,
        };
        store.0.catalogs.forget();
        store.0.places.forget_all();
        store.changed();
        Ok(true)
    }

    async fn resource(&mut self, name: &str, kind: i64, body: Option<String>) -> Result<i64> {
        self.place += 1;
        sql(
            "INSERT INTO collections_resources (name, place, kind, load, body)
             VALUES ($1, $2, $3, $4, $5) RETURNING id",
        )
        .bind(name)
        .bind(self.place)
        .bind(kind)
        .bind(self.mark)
        .bind(body)
        .fetch_one(&self.store.repository().db)
        .await
    }

    async fn end_list(&mut self) -> Result<(), LoadError> {
        let Some(mut list) = self.list.take() else {
            return Ok(());
        };
        list.make_query();
        list.flush(&self.store).await?;
        sql("UPDATE collections_resources
                SET next_place = $2, count = $2, number_ids = $3, other_ids = $4 WHERE id = $1")
        .bind(list.resource)
        .bind(list.next_place)
        .bind(list.number_ids)
        .bind(list.other_ids)
        .rows_affected(&self.store.repository().db)
        .await?;
        Ok(())
    }
}

impl List {
    fn make_query(&mut self) {
        let width = if self.rows.len() == ROWS { ROWS } else { 1 };
        let mut rows = std::mem::take(&mut self.rows).into_iter().peekable();
        while rows.peek().is_some() {
            let first = numbers_of(self.resource).start + self.next_place;
            let mut query = sql(insert_text(width)).bind(self.resource).bind(first);
            for (identity, body) in rows.by_ref().take(width) {
                query = query.bind(identity.key).bind(identity.number).bind(body);
                self.next_place += 1;
            }
            self.queries.push(query);
        }
    }

    async fn flush(&mut self, store: &Store) -> Result<(), LoadError> {
        self.make_query();
        self.bytes = 0;
        let queries = std::mem::take(&mut self.queries);
        if queries.is_empty() {
            return Ok(());
        }
        match store.repository().db.run_together(queries).await {
            Ok(_) => Ok(()),
            Err(error) if error.violates_unique() => Err(LoadError::DuplicateId(self.name.clone())),
            Err(error) => Err(error.into()),
        }
    }
}

fn insert_text(rows: usize) -> String {
    let row = |at: usize| {
        let [key, id, body] = [3, 4, 5].map(|column| at * 3 + column);
        format!("(CAST($2 AS bigint) + {at}, $1, ${key}, ${id}, 0, ${body})")
    };
    let rows: Vec<_> = (0..rows).map(row).collect();
    let rows = rows.join(", ");
    format!(
        "INSERT INTO collections_records (number, resource, id_key, id_number, stamp, body) VALUES {rows}"
    )
}
