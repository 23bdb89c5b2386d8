//! When successors are made: at each midnight once, whatever the number of replicas, and at every start.

use chrono::NaiveDate;
use underpin::{
    Clock, Context, Provide, Result,
    db::{Db, Transaction},
    scheduler::{JobSettings, Run},
};

use super::repository;

#[derive(Clone, Debug, Provide)]
pub struct RecurringService {
    db: Db,
    clock: Clock,
}

impl RecurringService {
    /// The job. Today is the day that its midnight began, whatever this machine's clock says.
    pub async fn run(self, run: Run, mut tx: Transaction) -> Result<Transaction> {
        self.make(&mut tx, run.due_at().date_naive()).await?;
        Ok(tx)
    }

    /// The same without waiting for a midnight.
    pub async fn catch_up(&self) -> Result<u64> {
        let mut tx = self.db.begin().await?;
        let made = self.make(&mut tx, self.clock.now().date_naive()).await?;
        tx.commit().await?;
        Ok(made)
    }

    async fn make(&self, tx: &mut Transaction, today: NaiveDate) -> Result<u64> {
        repository::wait_for_others(tx).await?;
        let made = repository::make_successors(tx, today, self.clock.now()).await?;
        if made > 0 {
            tracing::info!(tasks = made, "made the successors of recurring tasks");
        }
        Ok(made)
    }
}

/// What midnight would have made, had this program run then; unless another program has the job (`JOBS=off`).
pub async fn catch_up_at_start(context: Context) -> Result<()> {
    if context.get::<JobSettings>()?.enabled {
        RecurringService::provide(&context)?.catch_up().await?;
    }
    Ok(())
}
