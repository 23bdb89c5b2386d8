//! The old program's table of checkpoints, kept in step where it exists (contract sections 3.5 and 3.8).

use underpin::{
    Result,
    db::{Engine, Transaction, sql},
    import::{Checkpoint, CheckpointState},
};

/// Writes the checkpoint into `migration_checkpoints`, in the transaction of the rows.
pub async fn keep(engine: Engine, on: &mut Transaction, checkpoint: &Checkpoint) -> Result<()> {
    if engine == Engine::Sqlite || !exists(on).await? {
        return Ok(());
    }
    let reason = checkpoint.reason.as_deref();
    let (status, error) = match checkpoint.state {
        CheckpointState::Running => ("in_progress", None),
        CheckpointState::Failed => ("failed", reason),
        CheckpointState::Completed => ("completed", None),
        CheckpointState::RolledBack => ("failed", Some("rolled back")),
    };
    let last = (checkpoint.position > 0).then(|| narrow(checkpoint.position));
    // built: the table is the old program's, so that none of our databases has it
    sql("INSERT INTO migration_checkpoints
                (table_name, last_record_id, batch_number, records_migrated, status, error_message)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (table_name) DO UPDATE
            SET last_record_id = excluded.last_record_id, batch_number = excluded.batch_number,
                records_migrated = excluded.records_migrated, status = excluded.status,
                error_message = excluded.error_message, updated_at = now()")
    .bind(checkpoint.table)
    .bind(last)
    .bind(narrow(checkpoint.batch))
    .bind(narrow(checkpoint.written))
    .bind(status)
    .bind(error)
    .rows_affected(on)
    .await
    .map(drop)
}

async fn exists(on: &mut Transaction) -> Result<bool> {
    // built: asked of PostgreSQL alone
    sql("SELECT to_regclass('migration_checkpoints') IS NOT NULL")
        .fetch_one(on)
        .await
}

/// The columns are of 32 bits.
fn narrow(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
