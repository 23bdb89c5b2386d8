//! Migrations on PostgreSQL: under an advisory lock on a connection of their own, each in its transaction.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_postgres::Client;

use super::{
    Engine, Migrations, Order,
    ledger::{self, Ledger, Recorded},
    plan, step_failed,
};
use crate::{
    Clock, StartError,
    db::postgres::{Postgres, codec::refusal},
};

/// "underpin" in ASCII: every program that uses this runner asks for the same lock.
const LOCK: i64 = 0x756e_6465_7270_696e;

/// How long another program's migrations are waited for.
const PATIENCE: Duration = Duration::from_mins(10);

/// How often the lock is tried. Waiting inside the server would hold a snapshot, for which
/// `CREATE INDEX CONCURRENTLY` of the lock's owner would wait in turn.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) async fn carry_out(
    migrations: Migrations,
    postgres: &Postgres,
    clock: &Clock,
    order: Order,
) -> Result<Vec<u32>, StartError> {
    // Not from the pools: the lock belongs to its session and ends with it.
    let client = postgres.client().await?;
    let ledger = migrations.ledger;
    lock(ledger, &client).await?;
    let recorded = recorded(ledger, &client).await?;
    let plan = plan::Plan::make(&migrations, Engine::Postgres, &recorded, order)?;
    if let Order::Baseline(number) = order {
        check_baseline(&migrations, &client, number).await?;
    }
    // Asked for even if there is nothing to do, it would fail for a user who may not create tables.
    if !plan.steps.is_empty() {
        client
            .batch_execute(ledger.create)
            .await
            .map_err(|error| unreadable(ledger, &error))?;
    }
    let mut numbers = Vec::with_capacity(plan.steps.len());
    for step in &plan.steps {
        take(ledger, &client, step, clock.now().timestamp_micros()).await?;
        numbers.push(step.migration.number);
    }
    Ok(numbers)
}

fn unreadable(ledger: &Ledger, error: &tokio_postgres::Error) -> StartError {
    ledger.complaint(&refusal(error).message)
}

async fn lock(ledger: &Ledger, client: &Client) -> Result<(), StartError> {
    let failed = |error| unreadable(ledger, &error);
    client
        .batch_execute("SET statement_timeout = 0")
        .await
        .map_err(failed)?;
    let until = Instant::now() + PATIENCE;
    loop {
        let row = client
            .query_one("SELECT pg_try_advisory_lock($1)", &[&LOCK])
            .await;
        if row.and_then(|row| row.try_get(0)).map_err(failed)? {
            break;
        }
        if Instant::now() > until {
            return Err(StartError::new(
                "migrations",
                "another program is migrating this database and does not end",
                "Look for a session that holds an advisory lock in `pg_locks`.",
            ));
        }
        sleep(PAUSE).await;
    }
    // Behind a pooler that changes the session with each transaction, the lock would be worth nothing.
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted \
         AND pid = pg_backend_pid() \
         AND classid::bigint = $1::bigint >> 32 AND objid::bigint = $1::bigint & 4294967295";
    let row = client.query_one(held, &[&LOCK]).await;
    let held: i64 = row.and_then(|row| row.try_get(0)).map_err(failed)?;
    if held == 0 {
        return Err(StartError::new(
            "migrations",
            "the lock against a second program did not hold: a pooler changes the session",
            "Migrate through a direct connection, or set the pooler to session mode.",
        ));
    }
    Ok(())
}

async fn recorded(ledger: &Ledger, client: &Client) -> Result<Vec<Recorded>, StartError> {
    let failed = |error| unreadable(ledger, &error);
    let exists = client
        .query_opt(ledger.exists(Engine::Postgres), &[])
        .await
        .map_err(failed)?;
    if exists.is_none() {
        return Ok(Vec::new());
    }
    let rows = client.query(ledger.select, &[]).await.map_err(failed)?;
    let read = |row: &tokio_postgres::Row| {
        Ok(Recorded {
            number: row.try_get(0)?,
            name: row.try_get(1)?,
            checksum: row.try_get(2)?,
            applied_at: row.try_get(3)?,
        })
    };
    rows.iter()
        .map(read)
        .collect::<Result<_, _>>()
        .map_err(failed)
}

async fn take(
    ledger: &Ledger,
    client: &Client,
    step: &plan::Step,
    now: i64,
) -> Result<(), StartError> {
    let label = step.label();
    if step.is_without_transaction() {
        return take_openly(ledger, client, step, now)
            .await
            .map_err(|error| {
                StartError::new(
                    format!("migration {label}"),
                    format!("failed half-way: {}", refusal(&error).message),
                    "It ran without a transaction: finish or undo its statements by hand, then set \
                 `applied_at` of its row in `_underpin_migrations`, or delete the row.",
                )
            });
    }
    let done = async {
        client.batch_execute("BEGIN").await?;
        if let Some(sql) = step.sql {
            client.batch_execute(sql).await?;
        }
        note(ledger, client, step, Some(now)).await?;
        client.batch_execute("COMMIT").await
    };
    // The session ends with the error, and its transaction with it.
    done.await
        .map_err(|error: tokio_postgres::Error| step_failed(&label, &refusal(&error).message))
}

/// The record is made before and completed after, so that a step that did not end is seen.
async fn take_openly(
    ledger: &Ledger,
    client: &Client,
    step: &plan::Step,
    now: i64,
) -> Result<(), tokio_postgres::Error> {
    let number = i64::from(step.migration.number);
    if step.undo {
        client.execute(ledger.begin_undo, &[&number]).await?;
    } else {
        note(ledger, client, step, None).await?;
    }
    for statement in step.sql.unwrap_or_default().split(";\n") {
        // One at a time: several sent together would share a transaction.
        client.batch_execute(statement).await?;
    }
    if step.undo {
        return note(ledger, client, step, None).await;
    }
    client
        .execute(ledger.finish, &[&number, &now])
        .await
        .map(drop)
}

async fn note(
    ledger: &Ledger,
    client: &Client,
    step: &plan::Step,
    applied_at: Option<i64>,
) -> Result<(), tokio_postgres::Error> {
    let migration = step.migration;
    let number = i64::from(migration.number);
    if step.undo {
        return client.execute(ledger.delete, &[&number]).await.map(drop);
    }
    let checksum = ledger::checksum(migration.postgres);
    client
        .execute(
            ledger.insert,
            &[&number, &migration.name, &checksum, &applied_at],
        )
        .await
        .map(drop)
}

async fn check_baseline(
    migrations: &Migrations,
    client: &Client,
    number: u32,
) -> Result<(), StartError> {
    let due = migrations.baseline_checks.iter();
    let due = due.filter(|check| check.engine == Engine::Postgres && check.number <= number);
    for check in due {
        let row = client.query_opt(check.sql, &[]).await;
        let holds = row.and_then(|row| row.map(|row| row.try_get(0)).transpose());
        if !matches!(holds, Ok(Some(true))) {
            let cause = holds.err().map(|error| refusal(&error).message);
            return Err(super::baseline_refused(check, cause));
        }
    }
    Ok(())
}
