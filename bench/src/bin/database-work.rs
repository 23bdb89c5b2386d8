//! The work that `database` counts: `database-work CANDIDATE WORK TIMES`, in a process of its own.

use std::error::Error;

use rusqlite::Connection;
use tokio_postgres::NoTls;
use underpin::db::{Db, DbConfig, Row, sql};

type Outcome<T> = Result<T, Box<dyn Error>>;

const POINT: &str =
    "SELECT id, owner, title, content FROM bench_notes WHERE id = $1 AND owner = $2";
const LIST: &str =
    "SELECT id, owner, title, content FROM bench_notes WHERE owner = $1 ORDER BY id DESC LIMIT 100";

#[derive(Row)]
#[expect(
    dead_code,
    reason = "decoding the columns is the work, nobody reads them"
)]
struct Note {
    id: i64,
    owner: i64,
    title: String,
    content: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [candidate, work, times, url] = arguments.as_slice() else {
        return Err("CANDIDATE WORK TIMES URL".into());
    };
    let point = work == "point";
    let times: i64 = times.parse()?;
    match candidate.as_str() {
        "rusqlite" => rusqlite(url.strip_prefix("sqlite:").unwrap_or(url), point, times),
        "tokio-postgres" => tokio_postgres(url, point, times).await,
        "underpin" => underpin(url, point, times).await,
        _ => Err("no such candidate".into()),
    }
}

fn id(turn: i64) -> (i64, i64) {
    let id = turn * 7919 % 10_000 + 1;
    (id, id % 100)
}

fn rusqlite(path: &str, point: bool, times: i64) -> Outcome<()> {
    let connection = Connection::open(path)?;
    connection.execute_batch("PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -16384;")?;
    let note = |row: &rusqlite::Row<'_>| {
        Ok(Note {
            id: row.get(0)?,
            owner: row.get(1)?,
            title: row.get(2)?,
            content: row.get(3)?,
        })
    };
    let mut statement = connection.prepare(if point { POINT } else { LIST })?;
    for turn in 0..times {
        let (id, owner) = id(turn);
        let notes: Vec<Note> = if point {
            statement
                .query_map([id, owner], note)?
                .collect::<Result<_, _>>()?
        } else {
            statement
                .query_map([owner], note)?
                .collect::<Result<_, _>>()?
        };
        check(&notes, point)?;
    }
    Ok(())
}

async fn tokio_postgres(url: &str, point: bool, times: i64) -> Outcome<()> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    let statement = client.prepare(if point { POINT } else { LIST }).await?;
    for turn in 0..times {
        let (id, owner) = id(turn);
        let rows = if point {
            client.query(&statement, &[&id, &owner]).await?
        } else {
            client.query(&statement, &[&owner]).await?
        };
        let notes: Vec<Note> = rows
            .iter()
            .map(|row| Note {
                id: row.get(0),
                owner: row.get(1),
                title: row.get(2),
                content: row.get(3),
            })
            .collect();
        check(&notes, point)?;
    }
    Ok(())
}

async fn underpin(url: &str, point: bool, times: i64) -> Outcome<()> {
    let db = Db::connect(DbConfig::new(url.parse()?))
        .await
        .map_err(|error| error.to_string())?;
    for turn in 0..times {
        let (id, owner) = id(turn);
        let notes: Vec<Note> = if point {
            sql(POINT)
                .bind(id)
                .bind(owner)
                .fetch_all(&db)
                .await
                .map_err(|error| error.chain())?
        } else {
            sql(LIST)
                .bind(owner)
                .fetch_all(&db)
                .await
                .map_err(|error| error.chain())?
        };
        check(&notes, point)?;
    }
    db.close().await;
    Ok(())
}

fn check(notes: &[Note], point: bool) -> Outcome<()> {
    if notes.len() == if point { 1 } else { 100 } {
        Ok(())
    } else {
        Err("wrong rows".into())
    }
}
