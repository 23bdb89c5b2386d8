//! Claiming what is due, and ending a claim: done, to be tried again, given up. The number of the claim
//! (`attempt`) stands in every WHERE, so that whoever lost it changes nothing.

use std::{fmt::Write, time::Duration};

use chrono::{DateTime, Utc};

use super::{super::Priority, Claim, State, Store};
use crate::{
    Result,
    db::{Engine, Executor, Statement, Transaction, dialects, sql},
};

/// The statement that claims jobs of the names that this program knows.
#[derive(Clone, Debug)]
pub(in crate::scheduler) struct Claims(Statement);

/// A fire time is only claimed once all earlier ones of its job have ended. So runs of one job neither
/// overlap nor overtake each other, without a lock: at each moment there is one that can be claimed.
const FIRST_OF_ITS_JOB: &str = "(j.slot IS NULL OR NOT EXISTS (SELECT 1 FROM _underpin_jobs e \
     WHERE e.job = j.job AND e.slot < j.slot AND e.slot IS NOT NULL AND e.state IN ('waiting', 'running')))";

const CLAIMED: &str = "SET state = 'running', worker = $1, attempt = attempt + 1, started_at = $2";

const COLUMNS: &str = "id, job, slot, payload, due_at, attempt, failures";

impl Claims {
    /// For an engine and the jobs of these names, which are plain words.
    pub(in crate::scheduler) fn new<'a>(
        engine: Engine,
        names: impl Iterator<Item = &'a str>,
    ) -> Self {
        let mut list = String::new();
        for name in names {
            let comma = if list.is_empty() { "" } else { ", " };
            let _ = write!(list, "{comma}'{name}'");
        }
        let due = format!(
            "SELECT j.id FROM _underpin_jobs j WHERE j.state = 'waiting' AND j.priority = $3 \
             AND j.due_at <= $2 AND j.job IN ({list}) AND {FIRST_OF_ITS_JOB} \
             ORDER BY j.due_at, j.id LIMIT $4"
        );
        Self(Statement::from(match engine {
            Engine::Sqlite => {
                format!("UPDATE _underpin_jobs {CLAIMED} WHERE id IN ({due}) RETURNING {COLUMNS}")
            }
            // A plain IN may be evaluated more than once, and would then claim more than the limit.
            Engine::Postgres => format!(
                "WITH due AS MATERIALIZED ({due} FOR UPDATE OF j SKIP LOCKED) \
                 UPDATE _underpin_jobs {CLAIMED} WHERE id IN (SELECT id FROM due) RETURNING {COLUMNS}"
            ),
        }))
    }
}

impl Store {
    /// The priorities at which something is due. A look without a lock, before anybody asks to write.
    pub(in crate::scheduler) async fn due_priorities(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Vec<i16>> {
        sql(
            "SELECT level FROM (SELECT 0 AS level UNION ALL SELECT 1 UNION ALL SELECT 2) AS levels
              WHERE EXISTS (SELECT 1 FROM _underpin_jobs j
                             WHERE j.state = 'waiting' AND j.priority = level AND j.due_at <= $1)
              ORDER BY level",
        )
        .bind(now)
        .fetch_all(&self.db)
        .await
    }

    /// Claims at most `limit` jobs that are due, and gives them in the order in which they were.
    pub(in crate::scheduler) async fn claim(
        &self,
        claims: &Claims,
        worker: &str,
        now: DateTime<Utc>,
        priority: i16,
        limit: usize,
    ) -> Result<Vec<Claim>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let claim = sql(claims.0.clone()).bind(worker).bind(now);
        let claim = claim.bind(priority).bind(limit);
        let mut claimed: Vec<Claim> = claim.fetch_all(&self.db).await?;
        // RETURNING promises no order.
        claimed.sort_unstable_by_key(|claim| (claim.due_at, claim.id));
        Ok(claimed)
    }

    /// Inserts a job that this worker has from the beginning, whatever else is due.
    pub(in crate::scheduler) async fn insert_claimed(
        &self,
        job: &str,
        payload: Option<String>,
        worker: &str,
        now: DateTime<Utc>,
    ) -> Result<Claim> {
        sql("INSERT INTO _underpin_jobs
                (job, payload, priority, state, due_at, attempt, worker, created_at, started_at)
             VALUES ($1, $2, $3, 'running', $4, 1, $5, $4, $4)
             RETURNING id, job, slot, payload, due_at, attempt, failures")
        .bind(job)
        .bind(payload)
        .bind(Priority::High.number())
        .bind(now)
        .bind(worker)
        .fetch_one(&self.db)
        .await
    }

    /// Keeps the claim from being given away until the transaction ends; 0 if it was.
    pub(in crate::scheduler) async fn guard(
        &self,
        tx: &mut Transaction,
        claim: &Claim,
    ) -> Result<u64> {
        sql("UPDATE _underpin_jobs SET attempt = attempt
              WHERE id = $1 AND attempt = $2 AND state = 'running'")
        .bind(claim.id)
        .bind(claim.attempt)
        .rows_affected(tx)
        .await
    }

    /// Done; 0 if another worker has it now.
    pub(in crate::scheduler) async fn finish(
        &self,
        on: impl Into<Executor<'_>>,
        claim: &Claim,
        now: DateTime<Utc>,
    ) -> Result<u64> {
        sql(
            "UPDATE _underpin_jobs SET state = 'done', ended_at = $3, worker = NULL, error = NULL
              WHERE id = $1 AND attempt = $2 AND state = 'running'",
        )
        .bind(claim.id)
        .bind(claim.attempt)
        .bind(now)
        .rows_affected(on)
        .await
    }

    /// Failed: waits until `again`, or is given up; 0 if another worker has it now.
    pub(in crate::scheduler) async fn fail(
        &self,
        claim: &Claim,
        now: DateTime<Utc>,
        again: Option<DateTime<Utc>>,
        error: &str,
    ) -> Result<u64> {
        let state = again.map_or(State::Dead, |_| State::Waiting);
        sql("UPDATE _underpin_jobs
                SET state = $3, due_at = COALESCE($4, due_at), failures = failures + 1,
                    error = $5, worker = NULL, ended_at = $6
              WHERE id = $1 AND attempt = $2 AND state = 'running'")
        .bind(claim.id)
        .bind(claim.attempt)
        .bind(state.name())
        .bind(again)
        .bind(error)
        .bind(now)
        .rows_affected(&self.db)
        .await
    }

    /// The claims that `worker` has by the table, with their numbers.
    pub(in crate::scheduler) async fn claims_of(&self, worker: &str) -> Result<Vec<(i64, i64)>> {
        sql("SELECT id, attempt FROM _underpin_jobs WHERE worker = $1 AND state = 'running'")
            .bind(worker)
            .fetch_all(&self.db)
            .await
    }

    /// Hands one claim back.
    pub(in crate::scheduler) async fn release(&self, id: i64, attempt: i64) -> Result<u64> {
        sql("UPDATE _underpin_jobs SET state = 'waiting', worker = NULL
              WHERE id = $1 AND attempt = $2 AND state = 'running'")
        .bind(id)
        .bind(attempt)
        .rows_affected(&self.db)
        .await
    }

    /// Has the server end the session if it hears nothing within the transaction for so long. SQLite has
    /// the limit on transactions instead.
    pub(in crate::scheduler) async fn limit_silence(
        &self,
        tx: &mut Transaction,
        longest: Duration,
    ) -> Result<()> {
        if self.db.engine() == Engine::Sqlite {
            return Ok(());
        }
        let millis = format!("{}ms", longest.as_millis().max(1));
        let set = sql("SELECT set_config('idle_in_transaction_session_timeout', $1, true)");
        set.bind(millis).rows_affected(tx).await.map(drop)
    }
}

/// Rows that this many workers died over are given up: the job may be what kills them.
const DEATHS: i32 = 5;

impl Store {
    /// Gives the jobs of workers that are no longer there back to all, and says how many those were.
    pub(in crate::scheduler) async fn release_orphans(&self, now: DateTime<Utc>) -> Result<u64> {
        sql(dialects(
            "UPDATE _underpin_jobs
                SET state = CASE WHEN lost + 1 >= $1 THEN 'dead' ELSE 'waiting' END,
                    lost = lost + 1, worker = NULL, ended_at = $2,
                    error = 'the worker fell silent in the middle of it'
              WHERE state = 'running' AND NOT EXISTS (
                    SELECT 1 FROM _underpin_workers w WHERE w.id = _underpin_jobs.worker)",
            // A row that a transaction is just ending is left to it.
            "UPDATE _underpin_jobs
                SET state = CASE WHEN lost + 1 >= $1 THEN 'dead' ELSE 'waiting' END,
                    lost = lost + 1, worker = NULL, ended_at = $2,
                    error = 'the worker fell silent in the middle of it'
              WHERE id IN (SELECT j.id FROM _underpin_jobs j
                            WHERE j.state = 'running' AND NOT EXISTS (
                                  SELECT 1 FROM _underpin_workers w WHERE w.id = j.worker)
                              FOR UPDATE OF j SKIP LOCKED)
                AND state = 'running'",
        ))
        .bind(DEATHS)
        .bind(now)
        .rows_affected(&self.db)
        .await
    }
}
