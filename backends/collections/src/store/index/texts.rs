//! The index for full text search: which records have three characters in a row. On SQLite only: PostgreSQL has none that
//! every user may create.

use underpin::{
    Result,
    db::{Db, Engine, Query, sql},
};

use super::statements;
use crate::app::{
    query::Search,
    store::{
        Store,
        repository::{RecordRow, Repository, Shelf, numbers_of, record},
    },
    value::Json,
};

/// What the index is called in the table of indexes.
pub(super) const NAME: &str = "texts";

/// Records that one commit adds: other writes wait for so long.
const ADDED: i64 = 1000;

/// Trigrams of one search that are looked for.
const TRIGRAMS: usize = 16;

/// Whether there can be such an index.
pub(in super::super) fn are_possible(db: &Db) -> bool {
    db.engine() == Engine::Sqlite
}

/// What is entered for a record.
pub(in super::super) fn of(record: &Json) -> String {
    let mut text = String::new();
    Search::texts(record, &mut text);
    text
}

/// An entry for one of a set's new records.
pub(in super::super) fn enter_new(resource: i64, before_end: i64, text: String) -> Query {
    sql("INSERT INTO collections_search (rowid, text)
         SELECT id * 1099511627776 + next_place - $2, $3 FROM collections_resources WHERE id = $1")
    .bind(resource)
    .bind(before_end)
    .bind(text)
}

/// The entry of a record, be there one or not.
pub(in super::super) fn enter(number: i64, text: String) -> Query {
    sql("INSERT OR REPLACE INTO collections_search (rowid, text) VALUES ($1, $2)")
        .bind(number)
        .bind(text)
}

pub(in super::super) fn remove(number: i64) -> Query {
    sql("DELETE FROM collections_search WHERE rowid = $1").bind(number)
}

/// Removes some entries of a resource, and says how many.
pub(in super::super) async fn sweep(db: &Db, resource: i64) -> Result<u64> {
    if !are_possible(db) {
        return Ok(0);
    }
    let numbers = numbers_of(resource);
    sql("DELETE FROM collections_search WHERE rowid IN
         (SELECT rowid FROM collections_search WHERE rowid >= $1 AND rowid < $2 LIMIT 2000)")
    .bind(numbers.start)
    .bind(numbers.end)
    .rows_affected(db)
    .await
}

/// Records of the resource in which the search may find something, `most` at most, in file order; `None` if the
/// index is no help with it.
pub(in super::super) fn candidates(resource: i64, search: &Search, most: i64) -> Option<Query> {
    let trigrams = search.trigrams();
    // Of a long text the trigrams that lie far from one another say most.
    let step = trigrams.len().div_ceil(TRIGRAMS).max(1);
    let words = trigrams.iter().step_by(step);
    let words = words.map(|trigram| format!("\"{}\"", trigram.replace('"', "\"\"")));
    let words: Vec<_> = words.collect();
    let numbers = numbers_of(resource);
    (!words.is_empty()).then(|| {
        sql(
            "SELECT rowid FROM collections_search WHERE collections_search MATCH $1
              AND rowid >= $2 AND rowid < $3 ORDER BY rowid LIMIT $4",
        )
        .bind(words.join(" AND "))
        .bind(numbers.start)
        .bind(numbers.end)
        .bind(most)
    })
}

impl Store {
    /// Enters all records that are still as they were read; those that are written meanwhile are entered by the
    /// writes themselves.
    pub(super) async fn fill_texts(&self, list: &Shelf) -> Result<()> {
        let db = &self.repository().db;
        let mut after = numbers_of(list.id).start - 1;
        loop {
            let rows: Vec<RecordRow> = Repository::following(list.id, after, ADDED)
                .fetch_all(db)
                .await?;
            if rows.is_empty() {
                return Ok(());
            }
            let mut queries = vec![statements::lock(list.id)];
            for row in rows {
                let record = record(row);
                after = record.number;
                let insert = sql("INSERT OR REPLACE INTO collections_search (rowid, text)
                     SELECT number, $3 FROM collections_records WHERE number = $1 AND stamp = $2")
                .bind(record.number)
                .bind(record.stamp)
                .bind(of(&record.json()?));
                queries.push(insert);
            }
            db.run_together(queries).await?;
        }
    }
}
