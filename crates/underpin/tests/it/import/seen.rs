//! What an import looks like from within its transactions.

use std::sync::Mutex;

use underpin::{
    Result,
    db::{Engine, Transaction, sql},
    import::{Checkpoint, CheckpointState},
};

pub struct Seen {
    engine: Engine,
    checkpoints: Mutex<Vec<Checkpoint>>,
    kept_plans: Mutex<i64>,
}

impl Seen {
    pub fn new(engine: Engine) -> Self {
        Self {
            engine,
            checkpoints: Mutex::default(),
            kept_plans: Mutex::default(),
        }
    }

    pub async fn note(&self, on: &mut Transaction, checkpoint: &Checkpoint) -> Result<()> {
        self.checkpoints.lock().unwrap().push(checkpoint.clone());
        if self.engine == Engine::Postgres {
            let kept: i64 = sql(
                "SELECT coalesce(sum(generic_plans), 0)::bigint FROM pg_prepared_statements
                  WHERE parameter_types <> '{}' AND statement LIKE '%\"books\"%'",
            )
            .fetch_one(on)
            .await?;
            *self.kept_plans.lock().unwrap() += kept;
        }
        Ok(())
    }

    /// How often a statement about books ran by a plan made for a table that has grown since.
    pub fn kept_plans(&self) -> i64 {
        *self.kept_plans.lock().unwrap()
    }

    /// How the run stood last, and why.
    pub fn last(&self) -> Option<(CheckpointState, Option<String>)> {
        let checkpoints = self.checkpoints.lock().unwrap();
        checkpoints
            .last()
            .map(|last| (last.state, last.reason.clone()))
    }
}
