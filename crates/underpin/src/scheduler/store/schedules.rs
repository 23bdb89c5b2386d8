//! Schedules: up to when each job's fire times have been turned into rows. That mark only moves on.

use chrono::{DateTime, Utc};

use super::Store;
use crate::{Result, db::sql};

impl Store {
    /// Up to when the job is planned; `first` if the database sees it for the first time.
    pub(in crate::scheduler) async fn planned_until(
        &self,
        job: &str,
        first: DateTime<Utc>,
    ) -> Result<DateTime<Utc>> {
        let select =
            || sql("SELECT planned_until FROM _underpin_schedules WHERE job = $1").bind(job);
        if let Some(found) = select().fetch_optional(&self.db).await? {
            return Ok(found);
        }
        sql(
            "INSERT INTO _underpin_schedules (job, planned_until) VALUES ($1, $2)
             ON CONFLICT DO NOTHING",
        )
        .bind(job)
        .bind(first)
        .rows_affected(&self.db)
        .await?;
        select().fetch_one(&self.db).await
    }

    /// Every job's mark.
    pub(in crate::scheduler) async fn marks(&self) -> Result<Vec<(String, DateTime<Utc>)>> {
        sql("SELECT job, planned_until FROM _underpin_schedules")
            .fetch_all(&self.db)
            .await
    }

    /// How many fire times of the job have a row that has not ended.
    pub(in crate::scheduler) async fn backlog(&self, job: &str) -> Result<i64> {
        sql("SELECT count(*) FROM _underpin_jobs
              WHERE job = $1 AND slot IS NOT NULL AND state IN ('waiting', 'running')")
        .bind(job)
        .fetch_one(&self.db)
        .await
    }

    /// Moves the job's mark from `from` to `until` and makes a row of each fire time, or does nothing and
    /// answers `false` if another replica moved it meanwhile. With `collapse`, older ones that wait are left
    /// out from now on.
    pub(in crate::scheduler) async fn plan(
        &self,
        job: &str,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        slots: &[DateTime<Utc>],
        collapse: bool,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let moved = sql("UPDATE _underpin_schedules SET planned_until = $3
                          WHERE job = $1 AND planned_until = $2")
        .bind(job)
        .bind(from)
        .bind(until)
        .rows_affected(&mut tx)
        .await?;
        if moved == 0 {
            return Ok(false);
        }
        if let (true, Some(first)) = (collapse, slots.first()) {
            sql("UPDATE _underpin_jobs SET state = 'skipped', ended_at = $3
                  WHERE job = $1 AND slot < $2 AND slot IS NOT NULL AND state = 'waiting'")
            .bind(job)
            .bind(*first)
            .bind(now)
            .rows_affected(&mut tx)
            .await?;
        }
        for slot in slots {
            sql(
                "INSERT INTO _underpin_jobs (job, slot, priority, state, due_at, created_at)
                 VALUES ($1, $2, 1, 'waiting', $2, $3) ON CONFLICT DO NOTHING",
            )
            .bind(job)
            .bind(*slot)
            .bind(now)
            .rows_affected(&mut tx)
            .await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}
