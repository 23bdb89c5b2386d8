//! Every statement about indexes and their entries.

use std::ops::Range;

use underpin::{
    Result,
    db::{Db, DbErrorKind, Engine, Query, sql},
};

/// States of an index: being made, complete, no longer wanted.
pub(in super::super) const READY: i64 = 1;
pub(super) const DROPPED: i64 = 2;

/// Those of a resource: id, name, state.
pub(super) async fn of_resource(db: &Db, resource: i64) -> Result<Vec<(i64, String, i64)>> {
    sql("SELECT id, name, state FROM collections_indexes WHERE resource = $1 AND state < 2 ORDER BY id")
        .bind(resource)
        .fetch_all(db)
        .await
}

/// A set of changes has to be made anew if it knew other indexes.
fn announce(resource: i64) -> Query {
    sql("UPDATE collections_resources SET indexes = indexes + 1 WHERE id = $1 AND load IS NULL")
        .bind(resource)
        .must_change(1)
}

/// Begins an index, unless there is one.
pub(super) async fn begin(db: &Db, resource: i64, name: &str) -> Result<()> {
    let insert = sql(
        "INSERT INTO collections_indexes (resource, name, state) VALUES ($1, $2, 0)
         ON CONFLICT (resource, name) DO NOTHING",
    )
    .bind(resource)
    .bind(name);
    db.run_together(vec![announce(resource), insert])
        .await
        .map(drop)
}

/// Every record is in it now.
pub(super) async fn complete(db: &Db, resource: i64, index: i64) -> Result<()> {
    let update =
        sql("UPDATE collections_indexes SET state = 1 WHERE id = $1 AND state = 0").bind(index);
    db.run_together(vec![announce(resource), update])
        .await
        .map(drop)
}

/// Nobody is to use it from now on. Its entries go later.
pub(super) async fn drop_index(db: &Db, resource: i64, index: i64) -> Result<()> {
    let update = sql("UPDATE collections_indexes SET state = 2, name = 'dropped ' || CAST(id AS text) WHERE id = $1")
        .bind(index);
    db.run_together(vec![announce(resource), update])
        .await
        .map(drop)
}

/// Removes some entries of an index that nobody uses, and the index with the last; `false` if none is left.
pub(in super::super) async fn sweep(db: &Db, resource: Option<i64>) -> Result<bool> {
    let dead: Option<i64> = sql(
        "SELECT id FROM collections_indexes WHERE state = $1 OR resource = $2 ORDER BY id LIMIT 1",
    )
    .bind(DROPPED)
    .bind(resource)
    .fetch_optional(db)
    .await?;
    let Some(dead) = dead else {
        return Ok(false);
    };
    let last: Option<Vec<u8>> = sql(
        "SELECT key FROM collections_entries WHERE index_id = $1 ORDER BY key LIMIT 1 OFFSET 2000",
    )
    .bind(dead)
    .fetch_optional(db)
    .await?;
    let is_last = last.is_none();
    sql("DELETE FROM collections_entries WHERE index_id = $1 AND (key <= $2 OR $2 IS NULL)")
        .bind(dead)
        .bind(last)
        .rows_affected(db)
        .await?;
    if is_last {
        sql("DELETE FROM collections_indexes WHERE id = $1")
            .bind(dead)
            .rows_affected(db)
            .await?;
    }
    Ok(true)
}

/// An entry for one of a set's new records.
pub(in super::super) fn add_new(index: i64, key: Vec<u8>, resource: i64, before_end: i64) -> Query {
    sql("INSERT INTO collections_entries (index_id, key, number)
         SELECT $1, $2, id * 1099511627776 + next_place - $4 FROM collections_resources WHERE id = $3")
        .bind(index)
        .bind(key)
        .bind(resource)
        .bind(before_end)
}

pub(in super::super) fn enter(index: i64, key: Vec<u8>, number: i64) -> Query {
    sql("INSERT INTO collections_entries (index_id, key, number) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(index)
        .bind(key)
        .bind(number)
}

pub(in super::super) fn remove(index: i64, key: Vec<u8>, number: i64) -> Query {
    sql("DELETE FROM collections_entries WHERE index_id = $1 AND key = $2 AND number = $3")
        .bind(index)
        .bind(key)
        .bind(number)
}

/// What a batch of an index that is being made has of a record: number, stamp, key.
pub(super) type Entry = (i64, i64, Vec<u8>);

/// Rows of one statement.
const ROWS: usize = 250;

/// Adds those of `entries` whose record is still as it was read. Writers are kept out meanwhile: those that come
/// later find the index and keep it in step themselves. While the resource has the version `unchanged`, all of its
/// records are as they were, and none is looked at; `None` from the first write on.
pub(super) async fn add_unchanged(
    db: &Db,
    resource: i64,
    index: i64,
    entries: &[Entry],
    unchanged: &mut Option<i64>,
) -> Result<()> {
    if let Some(version) = *unchanged {
        let lock = sql("UPDATE collections_resources SET version = version
                         WHERE id = $1 AND load IS NULL AND version = $2")
        .bind(resource)
        .bind(version)
        .must_change(1);
        let add = |rows: &[Entry]| add(db.engine(), index, rows, false);
        let queries = std::iter::once(lock).chain(entries.chunks(ROWS).map(add));
        match db.run_together(queries.collect()).await {
            Err(error) if error.database_kind() == Some(DbErrorKind::Unmet) => *unchanged = None,
            outcome => return outcome.map(drop),
        }
    }
    let lock = lock(resource);
    let add = |rows: &[Entry]| add(db.engine(), index, rows, true);
    let queries = std::iter::once(lock).chain(entries.chunks(ROWS).map(add));
    db.run_together(queries.collect()).await.map(drop)
}

/// Keeps writers of the resource out.
pub(super) fn lock(resource: i64) -> Query {
    sql("UPDATE collections_resources SET version = version WHERE id = $1 AND load IS NULL")
        .bind(resource)
        .must_change(1)
}

fn add(engine: Engine, index: i64, entries: &[Entry], look: bool) -> Query {
    let insert = sql(add_text(engine, entries.len(), look)).bind(index);
    entries.iter().fold(insert, |insert, (number, stamp, key)| {
        let insert = insert.bind(*number).bind(key.clone());
        if look { insert.bind(*stamp) } else { insert }
    })
}

/// Entries as rows; with `look` only those whose record is still as it was read.
fn add_text(engine: Engine, rows: usize, look: bool) -> String {
    let width = if look { 3 } else { 2 };
    let types = ["bigint", "bytea", "bigint"];
    let value = |row: usize, column: usize| {
        let place = 2 + row * width + column;
        match (engine, types.get(column)) {
            (Engine::Postgres, Some(kind)) => format!("CAST(${place} AS {kind})"),
            _ => format!("${place}"),
        }
    };
    let row = |at: usize| {
        let values: Vec<_> = (0..width).map(|column| value(at, column)).collect();
        format!("({})", values.join(", "))
    };
    let rows: Vec<_> = (0..rows).map(row).collect();
    let records = if look {
        "JOIN collections_records records ON records.number = found.column1 AND records.stamp = found.column3"
    } else {
        ""
    };
    format!(
        "INSERT INTO collections_entries (index_id, key, number)
         SELECT collections_indexes.id, found.column2, found.column1
           FROM (VALUES {}) AS found
           JOIN collections_indexes ON collections_indexes.id = $1 AND collections_indexes.state = 0
           {records}
         ON CONFLICT DO NOTHING",
        rows.join(", ")
    )
}

/// How many entries lie between these keys; from `most` on, `most`.
pub(in super::super) fn count(index: i64, keys: &Range<Vec<u8>>, most: i64) -> Query {
    sql("SELECT count(*) FROM (SELECT 1 FROM collections_entries
          WHERE index_id = $1 AND key >= $2 AND key < $3 LIMIT $4) AS entries")
    .bind(index)
    .bind(keys.start.clone())
    .bind(keys.end.clone())
    .bind(most)
}

/// The version of the resource, and how many entries have this key then; from `most` on, `most`.
pub(in super::super) fn count_key(resource: i64, index: i64, key: &[u8], most: i64) -> Query {
    sql(
        "SELECT version, (SELECT count(*) FROM (SELECT 1 FROM collections_entries
                           WHERE index_id = $2 AND key = $3 LIMIT $4) AS entries)
           FROM collections_resources WHERE id = $1",
    )
    .bind(resource)
    .bind(index)
    .bind(key)
    .bind(most)
}

/// The numbers of the records between these keys, in no order.
pub(in super::super) fn numbers(index: i64, keys: &Range<Vec<u8>>) -> Query {
    sql("SELECT number FROM collections_entries WHERE index_id = $1 AND key >= $2 AND key < $3")
        .bind(index)
        .bind(keys.start.clone())
        .bind(keys.end.clone())
}

/// Some of the records with this key, in file order.
pub(in super::super) fn with_key(index: i64, key: &[u8], offset: i64, limit: i64) -> Query {
    sql("SELECT records.number, records.stamp, records.body
           FROM (SELECT number FROM collections_entries WHERE index_id = $1 AND key = $2
                  ORDER BY number LIMIT $4 OFFSET $3) AS entries
           JOIN collections_records records ON records.number = entries.number
          ORDER BY records.number")
    .bind(index)
    .bind(key)
    .bind(offset)
    .bind(limit)
}

/// Some of the records in the order of the index.
pub(in super::super) fn in_order(index: i64, offset: i64, limit: i64) -> Query {
    sql("SELECT records.number, records.stamp, records.body
           FROM (SELECT key, number FROM collections_entries WHERE index_id = $1
                  ORDER BY key, number LIMIT $3 OFFSET $2) AS entries
           JOIN collections_records records ON records.number = entries.number
          ORDER BY entries.key, entries.number")
    .bind(index)
    .bind(offset)
    .bind(limit)
}

/// The same of those between these keys.
pub(in super::super) fn in_order_within(
    index: i64,
    keys: &Range<Vec<u8>>,
    offset: i64,
    limit: i64,
) -> Query {
    sql("SELECT records.number, records.stamp, records.body
           FROM (SELECT key, number FROM collections_entries
                  WHERE index_id = $1 AND key >= $2 AND key < $3
                  ORDER BY key, number LIMIT $5 OFFSET $4) AS entries
           JOIN collections_records records ON records.number = entries.number
          ORDER BY entries.key, entries.number")
    .bind(index)
    .bind(keys.start.clone())
    .bind(keys.end.clone())
    .bind(offset)
    .bind(limit)
}

/// The next records in the order of the index and before the key `end`, with their keys.
pub(in super::super) fn following(
    index: i64,
    after: &(Vec<u8>, i64),
    end: &[u8],
    limit: i64,
) -> Query {
    sql(
        "SELECT entries.key, records.number, records.stamp, records.body
           FROM (SELECT key, number FROM collections_entries
                  WHERE index_id = $1 AND (key, number) > ($2, $3) AND key < $4
                  ORDER BY key, number LIMIT $5) AS entries
           JOIN collections_records records ON records.number = entries.number
          ORDER BY entries.key, entries.number",
    )
    .bind(index)
    .bind(after.0.clone())
    .bind(after.1)
    .bind(end.to_vec())
    .bind(limit)
}
