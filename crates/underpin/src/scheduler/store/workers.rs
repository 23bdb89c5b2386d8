//! Workers: one row for each process that runs jobs, with a number that it raises as long as it lives.

use chrono::{DateTime, Utc};

use super::Store;
use crate::{
    Result,
    db::{Engine, sql},
};

impl Store {
    /// Adds a worker; `false` if there is one of that name already.
    pub(in crate::scheduler) async fn register(
        &self,
        worker: &str,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let rows = sql(
            "INSERT INTO _underpin_workers (id, beat, started_at) VALUES ($1, 0, $2)
                        ON CONFLICT DO NOTHING",
        )
        .bind(worker)
        .bind(now)
        .rows_affected(&self.db)
        .await?;
        Ok(rows == 1)
    }

    /// Raises its number; `false` if others took it for dead meanwhile.
    pub(in crate::scheduler) async fn beat(&self, worker: &str) -> Result<bool> {
        let rows = sql("UPDATE _underpin_workers SET beat = beat + 1 WHERE id = $1")
            .bind(worker)
            .rows_affected(&self.db)
            .await?;
        Ok(rows == 1)
    }

    /// Every worker's number.
    pub(in crate::scheduler) async fn beats(&self) -> Result<Vec<(String, i64)>> {
        sql("SELECT id, beat FROM _underpin_workers")
            .fetch_all(&self.db)
            .await
    }

    /// The time by the server's clock; `None` on SQLite, which has none but this machine's.
    pub(in crate::scheduler) async fn server_time(&self) -> Result<Option<DateTime<Utc>>> {
        match self.db.engine() {
            Engine::Sqlite => Ok(None),
            Engine::Postgres => {
                sql("SELECT clock_timestamp()")
                    .fetch_optional(&self.db)
                    .await
            }
        }
    }

    /// Removes a worker whose number is still `beat`; `false` if it was raised, or somebody was faster.
    pub(in crate::scheduler) async fn bury(&self, worker: &str, beat: i64) -> Result<bool> {
        let rows = sql("DELETE FROM _underpin_workers WHERE id = $1 AND beat = $2")
            .bind(worker)
            .bind(beat)
            .rows_affected(&self.db)
            .await?;
        Ok(rows == 1)
    }

    /// Hands back all that `worker` has and removes it, at once or not at all.
    pub(in crate::scheduler) async fn leave(&self, worker: &str) -> Result<()> {
        let release = sql("UPDATE _underpin_jobs SET state = 'waiting', worker = NULL
                            WHERE worker = $1 AND state = 'running'");
        let remove = sql("DELETE FROM _underpin_workers WHERE id = $1");
        let both = vec![release.bind(worker), remove.bind(worker)];
        self.db.run_together(both).await.map(drop)
    }
}
