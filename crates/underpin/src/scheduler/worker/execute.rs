//! One claim, from its first step to the note of how it ended.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::TimeDelta;
use tokio::time::{Instant, sleep, timeout};

use super::{
    super::{
        ClaimLost,
        job::{Plan, Work},
        measure,
        run::RunCore,
    },
    Claim, Inner, Worker,
};
use crate::{Result, tasks};

/// The longest reason that is kept with a job, in characters.
const MAX_REASON: usize = 2000;

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done, and noted.
    Done,
    /// It returned an error or panicked.
    Failed(String),
    /// It took longer than it may.
    TimedOut,
    /// Another worker has it now; nothing of this run was noted.
    Lost,
}

impl Outcome {
    pub(in crate::scheduler) fn word(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed(_) => "failed",
            Self::TimedOut => "timed out",
            Self::Lost => "lost",
        }
    }
}

impl Worker {
    /// Runs `claim` beside others.
    pub(super) fn begin(&self, claim: Claim) {
        let inner = &*self.0;
        let key = (claim.id, claim.attempt);
        // Claimed were no more than there are places, and nobody else takes one.
        let place = Arc::clone(&inner.places).try_acquire_owned();
        self.running().insert(key);
        let name = inner
            .catalog
            .get(&claim.job)
            .map_or("job", |entry| entry.job.name());
        let worker = self.clone();
        inner.tasks.spawn(name, async move {
            worker.execute(claim).await;
            worker.running().remove(&key);
            drop(place);
            worker.0.freed.notify_one();
        });
    }

    /// Runs `claim` to its end, and notes that.
    pub(super) async fn execute(&self, claim: Claim) -> Outcome {
        let inner = &*self.0;
        let (Some(entry), Some(work)) = (
            inner.catalog.get(&claim.job),
            inner.works.get(claim.job.as_str()),
        ) else {
            return Outcome::Lost; // Only what this program knows is claimed.
        };
        let plan = entry.plan();
        measure::began(plan.name, inner.clock.now() - claim.due_at);
        let core = RunCore {
            claim: Arc::new(claim),
            store: inner.store.clone(),
            clock: inner.clock.clone(),
            lease: inner.settings.lease,
            committed: Arc::new(AtomicBool::new(false)),
        };
        let began = Instant::now();
        let alive = self.identity().alive;
        let whole = async {
            let outcome = attempt(work, core.clone(), plan.time_limit).await;
            self.settle(plan, &core, outcome).await
        };
        let outcome = alive.run_until_cancelled(whole).await;
        let outcome = outcome.unwrap_or(Outcome::Lost);
        measure::ended(plan.name, &outcome, began.elapsed());
        log(&core.claim, &outcome);
        outcome
    }

    /// Notes how the run ended, again and again until the database takes it or the claim is lost: a row
    /// that stayed as running would be nobody's while this worker lives.
    async fn settle(&self, plan: &Plan, core: &RunCore, outcome: Outcome) -> Outcome {
        loop {
            match self.note(plan, core, &outcome).await {
                Ok(true) => return outcome,
                Ok(false) => return Outcome::Lost,
                Err(error) => {
                    let (job, error) = (plan.name, error.chain());
                    tracing::warn!(job, error, "the end of a job could not be noted yet");
                    sleep(self.0.settings.poll).await;
                }
            }
        }
    }

    /// `false` if another worker has the claim.
    async fn note(&self, plan: &Plan, core: &RunCore, outcome: &Outcome) -> Result<bool> {
        let Inner {
            store,
            clock,
            random,
            ..
        } = &*self.0;
        let (claim, now) = (&core.claim, clock.now());
        if core.committed.load(Ordering::Acquire) {
            return Ok(true);
        }
        let reason = match outcome {
            Outcome::Done => return Ok(store.finish(store.db(), claim, now).await? == 1),
            Outcome::Lost => return Ok(false),
            Outcome::Failed(reason) => reason.chars().take(MAX_REASON).collect(),
            Outcome::TimedOut => format!("it took longer than {:?}", plan.time_limit),
        };
        let pause = plan.retry.pause(claim.failures + 1, random);
        let again = pause.map(|pause| now + TimeDelta::from_std(pause).unwrap_or_default());
        let noted = store.fail(claim, now, again, &reason).await? == 1;
        if noted && again.is_none() {
            measure::given_up(plan.name);
            tracing::error!(
                job.name = plan.name,
                job.id = claim.id,
                "a job was given up"
            );
        }
        Ok(noted)
    }
}

/// Runs the job within its limit; what it did outside of its transaction stays.
async fn attempt(work: &Work, core: RunCore, limit: Duration) -> Outcome {
    match timeout(limit, tasks::caught(work(core))).await {
        Ok(Ok(Ok(()))) => Outcome::Done,
        Ok(Ok(Err(error))) if error.source_as::<ClaimLost>().is_some() => Outcome::Lost,
        Ok(Ok(Err(error))) => Outcome::Failed(error.chain()),
        Ok(Err(panic)) => Outcome::Failed(format!("it panicked: {}", tasks::words(&*panic))),
        Err(_) => Outcome::TimedOut,
    }
}

fn log(claim: &Claim, outcome: &Outcome) {
    let (job, id, attempt) = (claim.job.as_str(), claim.id, claim.attempt);
    match outcome {
        Outcome::Done => tracing::debug!(job.name = job, job.id = id, attempt, "job done"),
        Outcome::Failed(reason) => {
            tracing::warn!(job.name = job, job.id = id, attempt, reason, "job failed");
        }
        Outcome::TimedOut => {
            tracing::warn!(job.name = job, job.id = id, attempt, "job took too long");
        }
        Outcome::Lost => {
            tracing::warn!(
                job.name = job,
                job.id = id,
                attempt,
                "another worker has this job now"
            );
        }
    }
}
