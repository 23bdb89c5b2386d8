//! What undoes a run is kept for the last runs only: it holds a copy of every row that they changed.

use super::ledger::{self, state};
use crate::{
    Result,
    db::{Db, sql},
};

/// Runs that can be rolled back.
const KEPT: usize = 3;

/// Forgets what undoes older runs into this table. A run that is being rolled back keeps the rest of it.
pub(super) async fn forget(db: &Db, target: &str) -> Result<()> {
    for run in to_forget(db, target).await? {
        // First: nobody is to begin the rollback of a run while it is removed.
        ledger::set_state(db, &run, state::FORGOTTEN).await?;
        remove(db, &run).await?;
    }
    Ok(())
}

/// Only runs that there is something of count.
async fn to_forget(db: &Db, target: &str) -> Result<Vec<String>> {
    let runs: Vec<String> = sql("SELECT id FROM underpin_imports
          WHERE target = $1 AND state NOT IN ($2, $3)
            AND EXISTS (SELECT 1 FROM underpin_import_rows WHERE run = underpin_imports.id)
          ORDER BY started DESC, id DESC")
    .bind(target)
    .bind(state::ROLLING_BACK)
    .bind(state::ROLLED_BACK)
    .fetch_all(db)
    .await?;
    Ok(runs.into_iter().skip(KEPT).collect())
}

/// A part at a time, so that no transaction is long.
async fn remove(db: &Db, run: &str) -> Result<()> {
    let mut behind = String::new();
    loop {
        let rows = ledger::written(db, run, &behind).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        sql("DELETE FROM underpin_import_rows WHERE run = $1 AND key > $2 AND key <= $3")
            .bind(run)
            .bind(&behind)
            .bind(&last.key)
            .rows_affected(db)
            .await?;
        behind.clone_from(&last.key);
    }
}
