//! Background tasks of the app: each has a name, and shutdown waits for it. Nothing else spawns.

mod panics;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fmt,
    future::Future,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Context, Provide, StartError};

pub(crate) use panics::{caught, words};

/// The app's background tasks. Cloning is cheap and shares them.
#[derive(Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
    running: Arc<Mutex<BTreeMap<&'static str, usize>>>,
    /// When nobody waits any longer.
    deadline: Arc<OnceLock<Instant>>,
}

impl Tasks {
    /// No tasks yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts `future`; shutdown waits for it. A panic in it is logged under `name`, and ends it alone.
    ///
    /// A task that would run for ever watches [`Tasks::shutdown_requested`].
    pub fn spawn(&self, name: &'static str, future: impl Future<Output = ()> + Send + 'static) {
        let entry = Entry::new(name, Arc::clone(&self.running));
        self.tracker.spawn(async move {
            run(name, future).await;
            drop(entry);
        });
    }

    /// Calls `work` now and then every `period`, until shutdown. A run is never cut, runs never overlap,
    /// and one that panics does not end the row; a beat missed by a long run is left out.
    pub fn spawn_periodic<W, F>(&self, name: &'static str, period: Duration, mut work: W)
    where
        W: FnMut() -> F + Send + 'static,
        F: Future<Output = ()> + Send,
    {
        let stop = self.stop.clone();
        self.spawn(name, async move {
            let mut beat = tokio::time::interval(period);
            beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
            while stop.run_until_cancelled(beat.tick()).await.is_some() {
                run(name, work()).await;
            }
        });
    }

    /// Resolves once the program is to end and every request has been answered.
    pub async fn shutdown_requested(&self) {
        self.stop.cancelled().await;
    }

    /// After shutdown was requested: for how much longer this task is waited for.
    pub fn time_left(&self) -> Option<Duration> {
        let deadline = self.deadline.get()?;
        Some(deadline.saturating_duration_since(Instant::now()))
    }

    /// Tells every task to end and waits, at most for `grace`. The names of those still running;
    /// empty if all ended.
    pub async fn wait(&self, grace: Duration) -> Vec<&'static str> {
        // A second, shorter patience does not prolong the first.
        let _ = self.deadline.set(Instant::now() + grace);
        self.stop.cancel();
        self.tracker.close();
        if tokio::time::timeout(grace, self.tracker.wait())
            .await
            .is_ok()
        {
            return Vec::new();
        }
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.keys().copied().collect()
    }
}

impl Provide for Tasks {
    fn provide(context: &Context) -> Result<Self, StartError> {
        Ok(context.once(|| Ok(Self::new()))?.as_ref().clone())
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Tasks")
            .field("running", &self.running)
            .finish_non_exhaustive()
    }
}

async fn run(name: &'static str, future: impl Future<Output = ()>) {
    if let Err(panic) = caught(future).await {
        tracing::error!(
            task.name = name,
            panic = words(&*panic),
            "background task panicked"
        );
    }
}

/// Keeps a name among the running ones for as long as it lives.
struct Entry {
    name: &'static str,
    running: Arc<Mutex<BTreeMap<&'static str, usize>>>,
}

impl Entry {
    fn new(name: &'static str, running: Arc<Mutex<BTreeMap<&'static str, usize>>>) -> Self {
        *running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(name)
            .or_default() += 1;
        Self { name, running }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = running.get_mut(self.name) {
            *count -= 1;
            if *count == 0 {
                running.remove(self.name);
            }
        }
    }
}
