//! The rows of another database, each as an object of its columns. That database is only read.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, Row, types::ValueRef};
use serde_json::{Map, Number, Value};
use tokio::runtime::Handle;

use super::{Content, Item, Place, Take};
use crate::{
    StartError,
    db::{Db, DbConfig, DbError, DbUrl, sql},
};

/// Hands every row of the query to `take`.
pub(super) fn read(url: &DbUrl, query: &str, take: &mut Take<'_>) -> Result<(), StartError> {
    match url {
        DbUrl::Sqlite(path) => {
            sqlite(path, query, take).map_err(|error| complaint(url, &error.to_string()))
        }
        DbUrl::Postgres(_) => Handle::current().block_on(postgres(url, query, take)),
    }
}

/// Opened by itself, because a [`Db`] would make the file and switch it to another journal.
fn sqlite(path: &Path, query: &str, take: &mut Take<'_>) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "query_only", true)?;
    let mut statement = connection.prepare(query)?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query([])?;
    let mut index = 0;
    while let Some(row) = rows.next()? {
        let place = Place::at(index);
        index += 1;
        let content = content(&names, row)?;
        if !take(Item { place, content }) {
            return Ok(());
        }
    }
    Ok(())
}

fn content(names: &[String], row: &Row<'_>) -> rusqlite::Result<Content> {
    let mut fields = Map::new();
    for (at, name) in names.iter().enumerate() {
        let value = match row.get_ref(at)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::from(number),
            ValueRef::Real(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
            ValueRef::Text(text) => match str::from_utf8(text) {
                Ok(text) => Value::from(text),
                Err(_) => return Ok(Content::Bad("not_utf8")),
            },
            ValueRef::Blob(_) => return Ok(Content::Bad("binary_value")),
        };
        fields.insert(name.clone(), value);
    }
    Ok(Content::Text(Value::Object(fields).to_string()))
}

async fn postgres(url: &DbUrl, query: &str, take: &mut Take<'_>) -> Result<(), StartError> {
    let db = Db::connect(DbConfig::new(url.clone())).await?;
    let outcome = postgres_rows(&db, query, take).await;
    db.close().await;
    outcome.map_err(|error| {
        let refusal = error.source_as::<DbError>();
        let reason = refusal.map_or_else(|| error.chain(), |refusal| refusal.message.clone());
        complaint(url, &reason)
    })
}

/// Records that were read before may be in already: no word about that.
fn complaint(url: &DbUrl, reason: &str) -> StartError {
    let remedy =
        "Mend the source and import it again; with --resume a run goes on behind what is in.";
    StartError::new(url.to_string(), format!("cannot be read: {reason}"), remedy)
}

async fn postgres_rows(db: &Db, query: &str, take: &mut Take<'_>) -> crate::Result<()> {
    let mut snapshot = db.snapshot().await?;
    let query = format!("SELECT to_jsonb(source)::text FROM ({query}) source");
    let mut rows = sql(query).stream::<String>(&mut snapshot).await?;
    let mut index = 0;
    while let Some(batch) = rows.next_batch().await? {
        for text in batch {
            let place = Place::at(index);
            index += 1;
            let content = Content::Text(text);
            if !take(Item { place, content }) {
                return Ok(());
            }
        }
    }
    Ok(())
}
