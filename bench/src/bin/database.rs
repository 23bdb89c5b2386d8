//! The database layer beside its raw drivers: instructions per read, and writes per second with group commit.

use std::{
    error::Error,
    io::Write,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
    time::Instant,
};

use futures_util::future::try_join_all;
use rusqlite::Connection;
use tokio_postgres::NoTls;
use underpin::db::{Db, DbConfig, sql};

type Outcome<T> = Result<T, Box<dyn Error>>;

const TABLE: &str = "CREATE TABLE bench_notes (id bigint PRIMARY KEY, owner bigint NOT NULL,
    title text NOT NULL, content text NOT NULL); CREATE INDEX bench_owner ON bench_notes (owner, id)";
const WRITERS: usize = 64;
const WRITES: usize = 40;
const ROUNDS: usize = 5;

#[tokio::main]
async fn main() -> Outcome<()> {
    let server = std::env::var("BENCH_POSTGRES")
        .unwrap_or_else(|_| "postgresql://postgres@127.0.0.1:5432/postgres".to_owned());
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("bench.db");
    let sqlite = format!("sqlite:{}", file.display());
    fill_sqlite(&file)?;
    let (client, connection) = tokio_postgres::connect(&server, NoTls).await?;
    tokio::spawn(connection);
    client
        .batch_execute("DROP DATABASE IF EXISTS underpin_bench")
        .await?;
    client
        .batch_execute("CREATE DATABASE underpin_bench")
        .await?;
    // Without TLS on both sides: the framework would take it where it is offered, the peer has none.
    let base = server
        .rsplit_once('/')
        .ok_or("no database in BENCH_POSTGRES")?
        .0;
    let postgres = format!("{base}/underpin_bench?sslmode=disable");
    let measured = measure(&file, &sqlite, &postgres).await;
    client
        .batch_execute("DROP DATABASE underpin_bench WITH (FORCE)")
        .await?;
    measured
}

async fn measure(file: &Path, sqlite: &str, postgres: &str) -> Outcome<()> {
    fill_postgres(postgres).await?;
    let mut out = std::io::stdout();
    writeln!(
        out,
        "| instructions per read, client side | driver | underpin | ratio |\n|---|---|---|---|"
    )?;
    for (driver, url) in [("rusqlite", sqlite), ("tokio-postgres", postgres)] {
        for (work, short, long) in [("point", 1000, 5000), ("list of 100", 100, 500)] {
            let count = |who: &str| -> Outcome<u64> {
                Ok(
                    (collect(who, work, long, url)? - collect(who, work, short, url)?)
                        / (long - short),
                )
            };
            let (raw, own) = (count(driver)?, count("underpin")?);
            let hundredths = own * 100 / raw;
            writeln!(
                out,
                "| {driver}, {work} | {raw} | {own} | {}.{:02} |",
                hundredths / 100,
                hundredths % 100
            )?;
        }
    }
    writeln!(
        out,
        "\n| inserts per second, {WRITERS} writers, median of {ROUNDS} alternating rounds | one transaction each | group commit |\n|---|---|---|"
    )?;
    let db = Db::connect(DbConfig::new(sqlite.parse()?))
        .await
        .map_err(|error| error.to_string())?;
    let (mut single, mut grouped) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let start = 1_000_000 + i64::try_from(round)? * 1_000_000;
        single.push(one_by_one(file, start)?);
        grouped.push(group(&db, start + 500_000).await?);
    }
    db.close().await;
    writeln!(
        out,
        "| SQLite, synchronous=FULL | {} | {} |",
        median(single),
        median(grouped)
    )?;
    Ok(())
}

fn median(mut values: Vec<u128>) -> u128 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn collect(candidate: &str, work: &str, times: u64, url: &str) -> Outcome<u64> {
    let program = std::env::current_exe()?.with_file_name("database-work");
    let report = tempfile::NamedTempFile::new()?;
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--log-file={}", report.path().display()))
        .arg(program)
        .args([candidate, work, &times.to_string(), url])
        .status()?;
    if !status.success() {
        return Err(format!("{candidate} failed").into());
    }
    let report = std::fs::read_to_string(report.path())?;
    let line = report
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    Ok(line.ok_or("callgrind told no count")?.1.trim().parse()?)
}

fn rows() -> impl Iterator<Item = (i64, i64, String, String)> {
    (1..=10_000).map(|id| (id, id % 100, format!("Note {id}"), "x".repeat(1000)))
}

fn fill_sqlite(file: &Path) -> Outcome<()> {
    let mut connection = Connection::open(file)?;
    connection.execute_batch(&format!("PRAGMA journal_mode = WAL; {TABLE}"))?;
    let transaction = connection.transaction()?;
    for row in rows() {
        transaction.execute("INSERT INTO bench_notes VALUES (?1, ?2, ?3, ?4)", row)?;
    }
    Ok(transaction.commit()?)
}

async fn fill_postgres(url: &str) -> Outcome<()> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute(TABLE).await?;
    client
        .batch_execute(
            "INSERT INTO bench_notes SELECT id, id % 100, 'Note ' || id, repeat('x', 1000)
             FROM generate_series(1, 10000) id; ANALYZE bench_notes",
        )
        .await?;
    Ok(())
}

const INSERT: &str = "INSERT INTO bench_notes (id, owner, title, content) VALUES ($1, $2, $3, $4)";

/// What a program does that gives each write its own transaction: 64 threads take turns at one connection.
fn one_by_one(file: &Path, start: i64) -> Outcome<u128> {
    let connection = Connection::open(file)?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000")?;
    let connection = Arc::new(Mutex::new(connection));
    let began = Instant::now();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let connection = Arc::clone(&connection);
            scope.spawn(move || {
                for id in ids(start, writer) {
                    let connection = connection.lock().expect("no writer panics");
                    let mut insert = connection
                        .prepare_cached(INSERT)
                        .expect("the table is there");
                    insert
                        .execute((id, -1, "title", "x".repeat(1000)))
                        .expect("the id is new");
                }
            });
        }
    });
    Ok(per_second(began))
}

async fn group(db: &Db, start: i64) -> Outcome<u128> {
    let began = Instant::now();
    let writers = (0..WRITERS).map(|writer| {
        let db = db.clone();
        tokio::spawn(async move {
            for id in ids(start, writer) {
                let insert = sql(INSERT)
                    .bind(id)
                    .bind(-1_i64)
                    .bind("title")
                    .bind("x".repeat(1000));
                insert
                    .rows_affected(&db)
                    .await
                    .map_err(|error| error.chain())?;
            }
            Ok::<_, String>(())
        })
    });
    for outcome in try_join_all(writers).await? {
        outcome?;
    }
    Ok(per_second(began))
}

fn ids(start: i64, writer: usize) -> impl Iterator<Item = i64> {
    let first = start + i64::try_from(writer * WRITES).unwrap_or(0);
    (first..).take(WRITES)
}

fn per_second(began: Instant) -> u128 {
    (WRITERS * WRITES) as u128 * 1_000_000 / began.elapsed().as_micros().max(1)
}
