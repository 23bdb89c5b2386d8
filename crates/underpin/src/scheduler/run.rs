//! One run of a job, as the job sees it: why it runs, and how its effects are tied to its claim.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;

use super::store::{Claim, Store};
use crate::{Clock, Error, Result, db::Transaction};

/// One run of a job. Cloning is cheap.
pub struct Run<P = ()> {
    core: RunCore,
    payload: Arc<P>,
}

/// A run whose payload is not read yet.
#[derive(Clone)]
pub(super) struct RunCore {
    pub(super) claim: Arc<Claim>,
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) lease: Duration,
    /// The end of this run was committed together with its effects.
    pub(super) committed: Arc<AtomicBool>,
}

/// The claim was given to another worker: this one was silent for too long. Nothing of it was committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimLost;

impl fmt::Display for ClaimLost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("another worker has this job now: this one was silent for too long")
    }
}

impl std::error::Error for ClaimLost {}

impl<P> Run<P> {
    /// The job's name.
    pub fn job(&self) -> &str {
        &self.core.claim.job
    }

    /// The number of what is done, the same in each attempt; `jobs history` shows it.
    pub fn id(&self) -> i64 {
        self.core.claim.id
    }

    /// The fire time that this run stands for, or the time from which on a one-off job was to be done.
    pub fn due_at(&self) -> DateTime<Utc> {
        self.core.claim.slot.unwrap_or(self.core.claim.due_at)
    }

    /// What the job was told.
    pub fn payload(&self) -> &P {
        &self.payload
    }

    /// Runs of this that failed before.
    pub fn failures(&self) -> u32 {
        self.core.claim.failures
    }

    /// Grows with each claim of this job: a receiver outside of the database that remembers the greatest it
    /// has seen for [`Run::id`] can refuse the late effects of a worker that lost its claim.
    pub fn fencing_token(&self) -> i64 {
        self.core.claim.attempt
    }

    /// Begins a transaction for effects of this run. On PostgreSQL the server ends it if this process falls
    /// silent in the middle, so that a paused worker holds no locks.
    pub async fn begin(&self) -> Result<Transaction> {
        let mut tx = self.core.store.db().begin().await?;
        self.core
            .store
            .limit_silence(&mut tx, self.core.lease)
            .await?;
        Ok(tx)
    }

    /// Makes sure that `tx` can only be committed while this run has its claim: for a long run that commits
    /// in steps. [`ClaimLost`] if it has not.
    pub async fn guard(&self, tx: &mut Transaction) -> Result<()> {
        held(self.core.store.guard(tx, &self.core.claim).await?)
    }

    /// Ends the run in `tx` and commits both, or neither. [`ClaimLost`] if another worker has it now.
    ///
    /// A job that was given its transaction hands it back instead.
    pub async fn commit(&self, mut tx: Transaction) -> Result<()> {
        let core = &self.core;
        held(
            core.store
                .finish(&mut tx, &core.claim, core.clock.now())
                .await?,
        )?;
        tx.commit().await?;
        core.committed.store(true, Ordering::Release);
        Ok(())
    }
}

fn held(rows: u64) -> Result<()> {
    if rows == 1 {
        Ok(())
    } else {
        Err(Error::internal(ClaimLost))
    }
}

impl<P: DeserializeOwned> Run<P> {
    pub(super) fn new(core: RunCore) -> Result<Self> {
        let text = core.claim.payload.as_deref().unwrap_or("null");
        let payload = serde_json::from_str(text)
            .map_err(|error| Error::from(error).doing("reading what the job was told"))?;
        Ok(Self {
            core,
            payload: Arc::new(payload),
        })
    }
}

impl<P> Clone for Run<P> {
    fn clone(&self) -> Self {
        Self {
            core: self.core.clone(),
            payload: Arc::clone(&self.payload),
        }
    }
}

impl<P> fmt::Debug for Run<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.core.claim.fmt(formatter)
    }
}
