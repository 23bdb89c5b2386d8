//! The worker of this process: turns the clock into rows, claims what is due, runs it, and ends with the
//! program. What a job does is its own affair.

mod execute;
mod identity;
mod lease;
mod planner;
mod sightings;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

pub(crate) use self::execute::Outcome;
use self::{identity::Identity, planner::Planner};
use super::{
    Catalog, JobSettings, Unrunnable, catalog,
    job::Work,
    jobs::Signal,
    store::{Claim, Claims, Store},
};
use crate::{Clock, Context, Error, Provide, Random, Result, StartError, Tasks, db::Db};

/// Left of the time to stop, for handing back what did not end.
const TO_HAND_BACK: Duration = Duration::from_millis(700);

/// The worker of this process. Cloning is cheap and shares it.
#[derive(Clone)]
pub(crate) struct Worker(Arc<Inner>);

struct Inner {
    catalog: Arc<Catalog>,
    works: BTreeMap<&'static str, Work>,
    claims: Claims,
    store: Store,
    settings: JobSettings,
    clock: Clock,
    random: Random,
    tasks: Tasks,
    /// Something was put off.
    enqueued: Arc<Notify>,
    /// A run ended: there is room for another.
    freed: Notify,
    places: Arc<Semaphore>,
    identity: Mutex<Identity>,
    /// Held by whoever changes the name in the table: a sign of life that is under way when the worker leaves
    /// must not bring it back.
    naming: tokio::sync::Mutex<()>,
    /// Numbers and claims of what runs here.
    running: Mutex<BTreeSet<(i64, i64)>>,
    /// The answer to a claim may have been lost on its way.
    in_doubt: AtomicBool,
    /// By this process's clock it is a time that cannot be.
    clock_is_wrong: AtomicBool,
    /// Nothing of this worker runs any more.
    ended: CancellationToken,
}

/// Why the worker looks around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// Time has passed, or something was put off here.
    News,
    /// A run has ended. Others may follow at once: claiming for several costs little more than for one.
    Room,
}

impl Worker {
    /// Builds the services of every job, and makes the worker known to the others.
    pub(crate) async fn join(context: &Context) -> Result<Self, StartError> {
        let catalog = catalog::of(context)?;
        let db = Db::provide(context)?;
        let settings = context.get::<JobSettings>()?.as_ref().clone();
        let names = catalog.entries.keys().copied();
        let worker = Self(Arc::new(Inner {
            works: catalog.works(context)?,
            claims: Claims::new(db.engine(), names),
            catalog,
            store: Store::new(db),
            clock: context.clock().clone(),
            random: context.random().clone(),
            tasks: Tasks::provide(context)?,
            enqueued: Arc::clone(&context.once(|| Ok(Signal::default()))?.0),
            freed: Notify::new(),
            places: Arc::new(Semaphore::new(settings.at_a_time)),
            settings,
            identity: Mutex::new(Identity::nobody()),
            naming: tokio::sync::Mutex::default(),
            running: Mutex::default(),
            in_doubt: AtomicBool::new(false),
            clock_is_wrong: AtomicBool::new(false),
            ended: CancellationToken::new(),
        }));
        let joined = async {
            worker.check_clock().await?;
            worker.take_new_identity().await
        };
        joined.await.map_err(|error| {
            let remedy = "Check the tables `_underpin_…` and what this user may do.";
            StartError::new(
                "jobs",
                format!("no worker could be added: {}", error.chain()),
                remedy,
            )
        })?;
        Ok(worker)
    }

    /// Works among the app's tasks until shutdown.
    pub(crate) fn start(&self) {
        self.start_signs_of_life();
        let worker = self.clone();
        self.0
            .tasks
            .spawn("jobs", async move { worker.work().await });
    }

    async fn work(&self) {
        let inner = &*self.0;
        let mut planner = Planner::default();
        let mut reason = Reason::News;
        loop {
            let pause = match self.turn(&mut planner, reason).await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::warn!(error = error.chain(), "jobs could not be looked at");
                    inner.settings.poll
                }
            };
            reason = tokio::select! {
                () = inner.tasks.shutdown_requested() => break,
                () = inner.enqueued.notified() => Reason::News,
                () = inner.freed.notified() => Reason::Room,
                () = sleep(pause) => Reason::News,
            };
        }
        self.stop().await;
    }

    /// Plans, claims and starts what is due; answers when to look again.
    async fn turn(&self, planner: &mut Planner, reason: Reason) -> Result<Duration> {
        let inner = &*self.0;
        if inner.clock_is_wrong.load(Ordering::Relaxed) {
            return Ok(inner.settings.poll);
        }
        let pause = planner.plan(inner).await?;
        let free = inner.places.available_permits();
        let few = free * 2 < inner.settings.at_a_time;
        if free > 0 && !(few && reason == Reason::Room) {
            for claim in self.claim(free).await? {
                self.begin(claim);
            }
        }
        Ok(pause.min(inner.settings.poll))
    }

    /// Claims at most `limit` jobs that are due, the most urgent first.
    async fn claim(&self, limit: usize) -> Result<Vec<Claim>> {
        let inner = &*self.0;
        self.hand_back_unknown().await?;
        let mut claims = Vec::new();
        let now = inner.clock.now();
        let worker = self.identity();
        for priority in inner.store.due_priorities(now).await? {
            let left = limit - claims.len();
            if left > 0 {
                inner.in_doubt.store(true, Ordering::Relaxed);
                let due = inner
                    .store
                    .claim(&inner.claims, &worker.id, now, priority, left);
                claims.extend(due.await?);
            }
        }
        inner.in_doubt.store(false, Ordering::Relaxed);
        Ok(claims)
    }

    /// Waits for what runs, hands back what does not end in time, and removes the worker.
    async fn stop(&self) {
        let inner = &*self.0;
        let left = inner.tasks.time_left().unwrap_or_default();
        let patience = left.saturating_sub(TO_HAND_BACK).max(left / 2);
        let all = u32::try_from(inner.settings.at_a_time).unwrap_or(u32::MAX);
        if timeout(patience, inner.places.acquire_many(all))
            .await
            .is_err()
        {
            tracing::warn!("jobs that did not end in time are handed back");
            self.identity().alive.cancel();
            // Dropped at their next await.
            let _ = timeout(TO_HAND_BACK / 2, inner.places.acquire_many(all)).await;
        }
        self.leave().await;
    }

    /// Hands back what is left and tells the others that this worker is gone.
    pub(crate) async fn leave(&self) {
        let inner = &*self.0;
        inner.ended.cancel();
        let _naming = inner.naming.lock().await;
        if let Err(error) = inner.store.leave(&self.identity().id).await {
            let error = error.chain();
            tracing::warn!(
                error,
                "jobs could not be handed back; others take them over in a while"
            );
        }
    }

    /// Runs everything that is due, one after the other in this task, until nothing is: for tests, in which
    /// the clock stands.
    #[cfg(feature = "testing")]
    pub(crate) async fn run_due(&self) -> Result<Vec<(String, Outcome)>> {
        let mut planner = Planner::default();
        let mut done = Vec::new();
        loop {
            while planner.plan(&self.0).await?.is_zero() {}
            let Some(claim) = self.claim(1).await?.into_iter().next() else {
                return Ok(done);
            };
            let job = claim.job.clone();
            done.push((job, self.execute(claim).await));
        }
    }

    /// Runs the job of this name now, whatever its schedule says.
    pub(crate) async fn run_now(
        &self,
        name: &str,
        payload: Option<String>,
    ) -> Result<(i64, Outcome)> {
        let inner = &*self.0;
        if inner.catalog.get(name).is_none() {
            return Err(Error::internal(Unrunnable(name.to_owned())));
        }
        self.start_signs_of_life();
        let worker = self.identity();
        let claim = inner
            .store
            .insert_claimed(name, payload, &worker.id, inner.clock.now());
        let claim = claim.await?;
        let id = claim.id;
        Ok((id, self.execute(claim).await))
    }

    fn running(&self) -> MutexGuard<'_, BTreeSet<(i64, i64)>> {
        self.0
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn identity(&self) -> Identity {
        let identity = self.0.identity.lock();
        identity.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Worker").finish_non_exhaustive()
    }
}
