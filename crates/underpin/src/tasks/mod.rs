//! Background tasks of the app: each has a name, and shutdown waits for it. Nothing else spawns.

mod panics;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    task::{self, Poll},
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::{
    runtime::Handle,
    time::{Instant, MissedTickBehavior},
};
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

    /// `future`, to be awaited. If it is dropped before its end, as when a client goes away, it goes on as a task.
    ///
    /// Cheaper than [`Tasks::spawn`] and waiting for the outcome: mostly the caller stays.
    pub fn to_the_end<T: Send + 'static>(
        &self,
        name: &'static str,
        future: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = T> + Send + 'static {
        ToTheEnd {
            tasks: self.clone(),
            name,
            future: Some(Box::pin(future)),
        }
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

/// See [`Tasks::to_the_end`].
struct ToTheEnd<T: Send + 'static> {
    tasks: Tasks,
    name: &'static str,
    future: Option<BoxFuture<'static, T>>,
}

impl<T: Send + 'static> Future for ToTheEnd<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<T> {
        // Taken out, so that one that panics is gone. One that has ended is never polled again.
        let Some(mut future) = self.future.take() else {
            return Poll::Pending;
        };
        let polled = future.as_mut().poll(cx);
        if polled.is_pending() {
            self.future = Some(future);
        }
        polled
    }
}

impl<T: Send + 'static> Drop for ToTheEnd<T> {
    fn drop(&mut self) {
        // Without a runtime nothing goes on.
        if let Some(future) = self.future.take()
            && Handle::try_current().is_ok()
        {
            self.tasks.spawn(self.name, async move {
                future.await;
            });
        }
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
