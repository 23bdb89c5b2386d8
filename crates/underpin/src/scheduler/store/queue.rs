//! Rows as people see them: put off, looked at, tried again, forgotten.

use std::fmt;

use chrono::{DateTime, Utc};

use super::{
    super::{Priority, Record},
    Store,
};
use crate::{
    Result,
    db::{Column, Executor, FromValue, Mismatch, sql},
};

/// How one job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// To be done, now or later.
    Waiting,
    /// A worker has it.
    Running,
    /// Done.
    Done,
    /// A later fire time stands for it.
    Skipped,
    /// Given up: it failed as often as it may.
    Dead,
}

impl State {
    /// As it stands in the table.
    pub(in crate::scheduler) fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Dead => "dead",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromValue for State {
    fn from_value(column: Column<'_>) -> Result<Self, Mismatch> {
        let name = String::from_value(column)?;
        let all = [
            Self::Waiting,
            Self::Running,
            Self::Done,
            Self::Skipped,
            Self::Dead,
        ];
        let found = all.into_iter().find(|state| state.name() == name);
        found.ok_or_else(|| Mismatch::new("the text is no state of a job"))
    }
}

/// A job to be put off.
#[derive(Debug)]
pub(in crate::scheduler) struct NewJob {
    pub(in crate::scheduler) job: &'static str,
    pub(in crate::scheduler) payload: Option<String>,
    pub(in crate::scheduler) priority: Priority,
    pub(in crate::scheduler) unique: Option<String>,
    pub(in crate::scheduler) due_at: DateTime<Utc>,
    pub(in crate::scheduler) now: DateTime<Utc>,
}

impl Store {
    /// Its number; `None` if one of its key is there.
    pub(in crate::scheduler) async fn insert(
        &self,
        on: impl Into<Executor<'_>>,
        new: NewJob,
    ) -> Result<Option<i64>> {
        sql("INSERT INTO _underpin_jobs
                (job, payload, priority, unique_key, state, due_at, created_at)
             VALUES ($1, $2, $3, $4, 'waiting', $5, $6) ON CONFLICT DO NOTHING RETURNING id")
        .bind(new.job)
        .bind(new.payload)
        .bind(new.priority.number())
        .bind(new.unique)
        .bind(new.due_at)
        .bind(new.now)
        .fetch_optional(on)
        .await
    }

    /// The newest rows, of one job or of all.
    pub(in crate::scheduler) async fn history(
        &self,
        job: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Record>> {
        sql("SELECT id, job, state, slot, due_at, attempt, failures, lost, started_at, ended_at, error
               FROM _underpin_jobs WHERE job = COALESCE($1, job) ORDER BY id DESC LIMIT $2")
        .bind(job)
        .bind(limit)
        .fetch_all(&self.db)
        .await
    }

    /// One row.
    pub(in crate::scheduler) async fn get(&self, id: i64) -> Result<Option<Record>> {
        sql("SELECT id, job, state, slot, due_at, attempt, failures, lost, started_at, ended_at, error
               FROM _underpin_jobs WHERE id = $1")
        .bind(id)
        .fetch_optional(&self.db)
        .await
    }

    /// How many rows of each job are in each state.
    pub(in crate::scheduler) async fn counts(&self) -> Result<Vec<(String, State, i64)>> {
        sql("SELECT job, state, count(*) FROM _underpin_jobs GROUP BY job, state")
            .fetch_all(&self.db)
            .await
    }

    /// Has a job that was given up tried again, with all its attempts; `false` if it was not given up.
    pub(in crate::scheduler) async fn revive(&self, id: i64, now: DateTime<Utc>) -> Result<bool> {
        let rows = sql("UPDATE _underpin_jobs
                           SET state = 'waiting', due_at = $2, failures = 0, lost = 0, ended_at = NULL
                         WHERE id = $1 AND state = 'dead'")
        .bind(id)
        .bind(now)
        .rows_affected(&self.db)
        .await?;
        Ok(rows == 1)
    }

    /// Since when jobs that were put off have waited that were due before `before`: each job that has one
    /// among the first thousand.
    pub(in crate::scheduler) async fn waiting_since(
        &self,
        before: DateTime<Utc>,
    ) -> Result<Vec<(String, DateTime<Utc>)>> {
        sql("SELECT job, MIN(due_at) FROM (
                SELECT job, due_at FROM _underpin_jobs
                 WHERE state = 'waiting' AND due_at < $1 AND slot IS NULL LIMIT 1000) AS late
              GROUP BY job")
        .bind(before)
        .fetch_all(&self.db)
        .await
    }

    /// The oldest fire time of each job that has not ended, be it that it is to be tried again.
    pub(in crate::scheduler) async fn open_since(&self) -> Result<Vec<(String, DateTime<Utc>)>> {
        sql("SELECT job, MIN(slot) FROM _underpin_jobs
              WHERE state IN ('waiting', 'running') AND slot IS NOT NULL GROUP BY job")
        .fetch_all(&self.db)
        .await
    }

    /// Since when the longest run of each job runs.
    pub(in crate::scheduler) async fn running_since(&self) -> Result<Vec<(String, DateTime<Utc>)>> {
        sql("SELECT job, MIN(started_at) FROM _underpin_jobs WHERE state = 'running' GROUP BY job")
            .fetch_all(&self.db)
            .await
    }

    /// Forgets what ended before `before`, a thousand rows at most; what was given up is kept.
    pub(in crate::scheduler) async fn forget(&self, before: DateTime<Utc>) -> Result<u64> {
        sql("DELETE FROM _underpin_jobs WHERE id IN (
                SELECT id FROM _underpin_jobs
                 WHERE state IN ('done', 'skipped') AND ended_at < $1 LIMIT 1000)")
        .bind(before)
        .rows_affected(&self.db)
        .await
    }
}
