//! What a run has done, in two tables of the target's database: written in the transactions that do it.

use chrono::{DateTime, Utc};

use super::{Checkpoint, CheckpointState, statements::parameters};
use crate::{
    Random, Result,
    db::{Db, Query, Row, Transaction, sql},
};

const RUNS: &str = "
CREATE TABLE IF NOT EXISTS underpin_imports (
    id TEXT PRIMARY KEY, target TEXT NOT NULL, source TEXT NOT NULL, state TEXT NOT NULL,
    started BIGINT NOT NULL, position BIGINT NOT NULL, batch BIGINT NOT NULL, digest TEXT NOT NULL,
    inserted BIGINT NOT NULL, updated BIGINT NOT NULL, unchanged BIGINT NOT NULL,
    rows_before BIGINT NOT NULL, backup TEXT NOT NULL, reason TEXT
)";

const ROWS: &str = "
CREATE TABLE IF NOT EXISTS underpin_import_rows (
    run TEXT NOT NULL, key TEXT NOT NULL, after_hash TEXT NOT NULL, before_image TEXT, PRIMARY KEY (run, key)
)";

/// Rows of one `INSERT`.
const AT_ONCE: usize = 100;

/// How a run stands.
pub(super) mod state {
    pub(in crate::import) const RUNNING: &str = "running";
    /// It stopped, and says why; it can be resumed as a running one whose process died.
    pub(in crate::import) const FAILED: &str = "failed";
    pub(in crate::import) const COMPLETED: &str = "completed";
    pub(in crate::import) const SUPERSEDED: &str = "superseded";
    pub(in crate::import) const ROLLING_BACK: &str = "rolling back";
    pub(in crate::import) const ROLLED_BACK: &str = "rolled back";
    /// What undoes it was removed, since newer runs are kept.
    pub(in crate::import) const FORGOTTEN: &str = "forgotten";
}

/// A run as the ledger knows it.
#[derive(Clone, Debug, Row)]
pub(super) struct Run {
    pub(super) id: String,
    pub(super) source: String,
    pub(super) state: String,
    pub(super) position: i64,
    pub(super) batch: i64,
    pub(super) digest: String,
    pub(super) inserted: i64,
    pub(super) updated: i64,
    pub(super) unchanged: i64,
    pub(super) rows_before: i64,
    pub(super) backup: String,
}

impl Run {
    /// How far it is, for whoever keeps checkpoints of the table.
    pub(super) fn checkpoint(&self, table: &'static str, state: CheckpointState) -> Checkpoint {
        Checkpoint {
            run: self.id.clone(),
            table,
            position: self.position,
            batch: self.batch,
            written: self.inserted + self.updated + self.unchanged,
            state,
            reason: None,
        }
    }
}

/// A row that a run wrote: its key, what it made of it, and what stood there before.
#[derive(Clone, Debug, Row)]
pub(super) struct Written {
    pub(super) key: String,
    pub(super) after_hash: String,
    pub(super) before_image: Option<String>,
}

const COLUMNS: &str = "id, source, state, position, batch, digest, inserted, updated, unchanged, \
                       rows_before, backup";

/// Makes the tables if they are not there.
pub(super) async fn prepare(db: &Db) -> Result<()> {
    for table in [RUNS, ROWS] {
        sql(table).rows_affected(db).await?;
    }
    Ok(())
}

/// Whether an import ever ran here. A dry run makes no tables.
pub(super) async fn is_there(db: &Db) -> Result<bool> {
    let query = crate::db::dialects(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'underpin_imports'",
        "SELECT (to_regclass('underpin_imports') IS NOT NULL)::int::bigint",
    );
    Ok(sql(query).fetch_one::<i64>(db).await? == 1)
}

/// A new name, in the order of time.
pub(super) fn new_id(now: DateTime<Utc>, random: &Random) -> Result<String> {
    let tail = super::canonical::hex(&random.bytes::<2>()?);
    Ok(format!("{}-{tail}", now.format("%Y%m%dT%H%M%SZ")))
}

/// Enters a run that begins; unfinished ones into the same table are not to be resumed any more.
pub(super) async fn begin(db: &Db, target: &str, run: &Run, now: DateTime<Utc>) -> Result<()> {
    let supersede =
        sql("UPDATE underpin_imports SET state = $1 WHERE target = $2 AND state IN ($3, $4)")
            .bind(state::SUPERSEDED)
            .bind(target)
            .bind(state::RUNNING)
            .bind(state::FAILED);
    let insert = sql(
        "INSERT INTO underpin_imports (id, target, source, state, started, position, batch, digest,
                inserted, updated, unchanged, rows_before, backup)
         VALUES ($1, $2, $3, $4, $5, 0, 0, '', 0, 0, 0, $6, $7)",
    )
    .bind(&run.id)
    .bind(target)
    .bind(&run.source)
    .bind(state::RUNNING)
    .bind(now.timestamp_micros())
    .bind(run.rows_before)
    .bind(&run.backup);
    db.run_together(vec![supersede, insert]).await.map(drop)
}

/// The newest run into this table that did not come to its end.
pub(super) async fn unfinished(db: &Db, target: &str) -> Result<Option<Run>> {
    let text = format!(
        "SELECT {COLUMNS} FROM underpin_imports WHERE target = $1 AND state IN ($2, $3)
          ORDER BY started DESC, id DESC LIMIT 1"
    );
    sql(text)
        .bind(target)
        .bind(state::RUNNING)
        .bind(state::FAILED)
        .fetch_optional(db)
        .await
}

/// The run of this name.
pub(super) async fn find(db: &Db, target: &str, id: &str) -> Result<Option<Run>> {
    let text = format!("SELECT {COLUMNS} FROM underpin_imports WHERE target = $1 AND id = $2");
    sql(text).bind(target).bind(id).fetch_optional(db).await
}

/// Moves the checkpoint; `false` if this run is no longer the one that writes.
pub(super) async fn checkpoint(on: &mut Transaction, run: &Run, before: i64) -> Result<bool> {
    let rows = sql(
        "UPDATE underpin_imports
            SET position = $1, batch = $2, digest = $3, inserted = $4, updated = $5, unchanged = $6, state = $7
          WHERE id = $8 AND state = 'running' AND position = $9",
    )
    .bind(run.position)
    .bind(run.batch)
    .bind(&run.digest)
    .bind(run.inserted)
    .bind(run.updated)
    .bind(run.unchanged)
    .bind(&run.state)
    .bind(&run.id)
    .bind(before)
    .rows_affected(on)
    .await?;
    Ok(rows == 1)
}

/// Notes that a run stopped and why; `false` if it is no longer where this process left it.
pub(super) async fn fail(on: &mut Transaction, run: &Run, reason: &str) -> Result<bool> {
    let rows = sql("UPDATE underpin_imports SET state = $1, reason = $2
          WHERE id = $3 AND state = $4 AND position = $5")
    .bind(state::FAILED)
    .bind(reason)
    .bind(&run.id)
    .bind(state::RUNNING)
    .bind(run.position)
    .rows_affected(on)
    .await?;
    Ok(rows == 1)
}

/// The run goes on.
pub(super) async fn resume(db: &Db, mut run: Run) -> Result<Run> {
    state::RUNNING.clone_into(&mut run.state);
    sql("UPDATE underpin_imports SET state = $1, reason = NULL WHERE id = $2")
        .bind(&run.state)
        .bind(&run.id)
        .rows_affected(db)
        .await?;
    Ok(run)
}

pub(super) async fn set_state(db: &Db, run: &str, state: &str) -> Result<()> {
    sql("UPDATE underpin_imports SET state = $1 WHERE id = $2")
        .bind(state)
        .bind(run)
        .rows_affected(db)
        .await
        .map(drop)
}

/// Keeps what is needed to undo these rows.
pub(super) async fn keep(on: &mut Transaction, run: &str, rows: &[Written]) -> Result<()> {
    for rows in rows.chunks(AT_ONCE) {
        let values: Vec<String> = (0..rows.len())
            .map(|row| format!("({})", parameters(row * 4 + 1, 4)))
            .collect();
        let text = format!(
            "INSERT INTO underpin_import_rows (run, key, after_hash, before_image) VALUES {}",
            values.join(", ")
        );
        let query = rows.iter().fold(sql(text), |query: Query, row| {
            query
                .bind(run)
                .bind(&row.key)
                .bind(&row.after_hash)
                .bind(row.before_image.clone())
        });
        query.rows_affected(&mut *on).await?;
    }
    Ok(())
}

/// The next rows of a run, behind a key.
pub(super) async fn written(db: &Db, run: &str, behind: &str) -> Result<Vec<Written>> {
    sql(
        "SELECT key, after_hash, before_image FROM underpin_import_rows
          WHERE run = $1 AND key > $2 ORDER BY key LIMIT 500",
    )
    .bind(run)
    .bind(behind)
    .fetch_all(db)
    .await
}

/// Forgets rows that were undone.
pub(super) async fn forget(on: &mut Transaction, run: &str, rows: &[Written]) -> Result<()> {
    let wanted = parameters(2, rows.len());
    let text = format!("DELETE FROM underpin_import_rows WHERE run = $1 AND key IN ({wanted})");
    let query = rows
        .iter()
        .fold(sql(text).bind(run), |query, row| query.bind(&row.key));
    query.rows_affected(on).await.map(drop)
}
