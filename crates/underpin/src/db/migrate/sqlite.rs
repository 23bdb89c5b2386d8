//! Migrations on SQLite: the whole run in one `BEGIN IMMEDIATE`, so that a second program waits and then
//! finds nothing left to do. Definitions are transactional there.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use tokio::task;

use super::{
    Engine, Migrations, Order,
    ledger::{self, Ledger, Recorded},
    plan, step_failed,
};
use crate::{
    Clock, StartError,
    db::sqlite::{Sqlite, open},
};

pub(super) async fn carry_out(
    migrations: Migrations,
    sqlite: &Sqlite,
    clock: &Clock,
    order: Order,
) -> Result<Vec<u32>, StartError> {
    let (path, config) = (sqlite.path().clone(), sqlite.config().clone());
    let now = clock.now().timestamp_micros();
    let ledger = migrations.ledger;
    let work = move || {
        let mut connection = open::writer(&path, &config)?;
        run(&migrations, &mut connection, order, now)
    };
    match task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => Err(ledger.complaint(&error.to_string())),
    }
}

fn run(
    migrations: &Migrations,
    connection: &mut Connection,
    order: Order,
    now: i64,
) -> Result<Vec<u32>, StartError> {
    let ledger = migrations.ledger;
    let failed = |error: rusqlite::Error| ledger.complaint(&error.to_string());
    // Rebuilding a table drops it for a moment, which must not delete what refers to it. The check for
    // dangling references is made at the end instead.
    connection
        .pragma_update(None, "foreign_keys", false)
        .map_err(failed)?;
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    let recorded = recorded(ledger, &transaction).map_err(failed)?;
    let plan = plan::Plan::make(migrations, Engine::Sqlite, &recorded, order)?;
    if let Order::Baseline(number) = order {
        check_baseline(migrations, &transaction, number)?;
    }
    transaction.execute_batch(ledger.create).map_err(failed)?;
    let mut numbers = Vec::with_capacity(plan.steps.len());
    for step in &plan.steps {
        take(ledger, &transaction, step, now)?;
        numbers.push(step.migration.number);
    }
    if !plan.steps.is_empty() {
        // It reads every row: not at each start.
        check_references(ledger, &transaction)?;
    }
    transaction.commit().map_err(failed)?;
    Ok(numbers)
}

fn recorded(ledger: &Ledger, connection: &Connection) -> rusqlite::Result<Vec<Recorded>> {
    let exists = ledger.exists(Engine::Sqlite);
    if connection
        .query_row(exists, [], |_| Ok(()))
        .optional()?
        .is_none()
    {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare(ledger.select)?;
    let rows = statement.query_map([], |row| {
        Ok(Recorded {
            number: row.get(0)?,
            name: row.get(1)?,
            checksum: row.get(2)?,
            applied_at: row.get(3)?,
        })
    })?;
    rows.collect()
}

fn take(
    ledger: &Ledger,
    connection: &Connection,
    step: &plan::Step,
    now: i64,
) -> Result<(), StartError> {
    let label = step.label();
    let failed = |problem: String| step_failed(&label, &problem);
    if let Some(sql) = step.sql {
        connection
            .execute_batch(sql)
            .map_err(|error| failed(error.to_string()))?;
        if connection.is_autocommit() {
            return Err(failed(
                "it ended the transaction that it runs in".to_owned(),
            ));
        }
    }
    let migration = step.migration;
    let noted = if step.undo {
        connection.execute(ledger.delete, params![migration.number])
    } else {
        let checksum = ledger::checksum(migration.sqlite);
        let row = params![migration.number, migration.name, checksum, now];
        connection.execute(ledger.insert, row)
    };
    noted.map(drop).map_err(|error| failed(error.to_string()))
}

fn check_baseline(
    migrations: &Migrations,
    connection: &Connection,
    number: u32,
) -> Result<(), StartError> {
    let due = migrations.baseline_checks.iter();
    let due = due.filter(|check| check.engine == Engine::Sqlite && check.number <= number);
    for check in due {
        let holds = connection
            .query_row(check.sql, [], |row| row.get::<_, bool>(0))
            .optional();
        if !matches!(holds, Ok(Some(true))) {
            let cause = holds.err().map(|error| error.to_string());
            return Err(super::baseline_refused(check, cause));
        }
    }
    Ok(())
}

/// Rows that refer to nothing, which the switched-off checks would have refused.
fn check_references(ledger: &Ledger, connection: &Connection) -> Result<(), StartError> {
    let table = connection
        .query_row("PRAGMA foreign_key_check", [], |row| {
            row.get::<_, String>(0)
        })
        .optional()
        .map_err(|error| ledger.complaint(&error.to_string()))?;
    match table {
        None => Ok(()),
        Some(table) => Err(StartError::new(
            "migrations",
            format!("rows of `{table}` would refer to rows that are not there"),
            "Nothing was changed. Mend those rows, or the migration.",
        )),
    }
}
