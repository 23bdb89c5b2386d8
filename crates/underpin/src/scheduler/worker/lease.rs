//! Signs of life, and watching those of others: who falls silent loses what it has.

use std::{sync::atomic::Ordering, time::Duration};

use chrono::TimeDelta;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{Worker, sightings::Sightings};
use crate::Result;

/// Signs and looks per lease: one may be late, or two, before anybody draws a conclusion.
const PER_LEASE: u32 = 4;

/// How far this process's clock may be ahead of the database server's. Clocks of replicas are apart by less.
const AHEAD: TimeDelta = TimeDelta::minutes(15);

/// How often the history is tidied.
const TIDY: Duration = Duration::from_mins(1);

impl Worker {
    /// Begins to show that this worker lives, and to watch the others. Two tasks, so that a look that waits
    /// for a lock delays no sign.
    pub(super) fn start_signs_of_life(&self) {
        let worker = self.clone();
        self.0.tasks.spawn(
            "jobs: signs of life",
            async move { worker.show_life().await },
        );
        let worker = self.clone();
        self.0
            .tasks
            .spawn("jobs: watch", async move { worker.watch().await });
    }

    async fn show_life(&self) {
        let inner = &*self.0;
        let mut last = Instant::now();
        let mut beat = interval(inner.settings.lease / PER_LEASE);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while inner.ended.run_until_cancelled(beat.tick()).await.is_some() {
            match self.beat().await {
                Ok(()) => last = Instant::now(),
                Err(error) => {
                    tracing::warn!(error = error.chain(), "no sign of life could be given");
                    if last.elapsed() > inner.settings.lease {
                        // Others may have these jobs by now; what they do outside of the database ends here.
                        self.identity().alive.cancel();
                    }
                }
            }
        }
    }

    pub(super) async fn beat(&self) -> Result<()> {
        let _naming = self.0.naming.lock().await;
        if self.0.ended.is_cancelled() {
            return Ok(());
        }
        let identity = self.identity();
        let counts = self.0.store.beat(&identity.id).await?;
        if !counts || identity.alive.is_cancelled() {
            tracing::warn!("this worker was silent for too long: others have its jobs");
            self.take_new_identity().await?;
        }
        Ok(())
    }

    async fn watch(&self) {
        let inner = &*self.0;
        let (mut sightings, mut tidied) = (Sightings::default(), None::<Instant>);
        let mut beat = interval(inner.settings.lease / PER_LEASE);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while inner.ended.run_until_cancelled(beat.tick()).await.is_some() {
            let looked = async {
                self.check_clock().await?;
                self.look(&mut sightings).await
            };
            if let Err(error) = looked.await {
                tracing::warn!(error = error.chain(), "other workers could not be watched");
            }
            if tidied.is_none_or(|last| last.elapsed() > TIDY) {
                tidied = Some(Instant::now());
                if let Err(error) = self.tidy().await {
                    tracing::warn!(error = error.chain(), "the history could not be tidied");
                }
            }
        }
    }

    /// Takes jobs from workers that have fallen silent.
    async fn look(&self, sightings: &mut Sightings) -> Result<()> {
        let inner = &*self.0;
        let beats = inner.store.beats().await?;
        let others = beats
            .into_iter()
            .filter(|(worker, _)| **worker != *self.identity().id);
        for (worker, beat) in sightings.look(others.collect(), Instant::now(), inner.settings.lease)
        {
            if inner.store.bury(&worker, beat).await? {
                tracing::warn!(worker, "a worker has fallen silent; its jobs go to others");
            }
        }
        if inner.store.release_orphans(inner.clock.now()).await? > 0 {
            inner.enqueued.notify_one();
        }
        Ok(())
    }

    /// Notes whether this process's clock is so far ahead that it would do tomorrow's jobs today: then it
    /// does none. One that is behind does harm to nobody, only late.
    pub(super) async fn check_clock(&self) -> Result<()> {
        let inner = &*self.0;
        if inner.clock.is_standing() {
            return Ok(());
        }
        let Some(server) = inner.store.server_time().await? else {
            return Ok(());
        };
        let ahead = inner.clock.now() - server;
        let was_wrong = inner.clock_is_wrong.swap(ahead > AHEAD, Ordering::Relaxed);
        if ahead > AHEAD && !was_wrong {
            let seconds = ahead.num_seconds();
            tracing::error!(
                seconds,
                "this machine's clock is too far ahead of the database's: no jobs are run here"
            );
        }
        Ok(())
    }

    /// Forgets what ended long ago.
    async fn tidy(&self) -> Result<()> {
        let inner = &*self.0;
        let keep = chrono::TimeDelta::from_std(inner.settings.keep).unwrap_or_default();
        let Some(before) = inner.clock.now().checked_sub_signed(keep) else {
            return Ok(());
        };
        while inner.store.forget(before).await? > 0 && !inner.ended.is_cancelled() {
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}
