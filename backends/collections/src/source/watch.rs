//! When the file is looked at, and when it is written: shortly after a change, never long after it, and at the end.

use std::{
    fs,
    time::{Duration, SystemTime},
};

use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use underpin::Tasks;

use super::{
    fault::Fault,
    keeper::{Keeper, Seen},
};

/// How often the file is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// The file is written when no request has changed anything for so long, ...
const QUIET: Duration = Duration::from_millis(100);

/// ... and so long after the first change even if they go on.
const LATEST: Duration = Duration::from_secs(1);

/// What could not be written is tried again after so long, also if nothing changes any more.
const RETRY: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 5 });

/// A file that takes long to write is written less often: it takes a fifth of the time at most.
const SHARE: u32 = 4;

/// What can be seen of the file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    length: u64,
    changed: Option<SystemTime>,
}

/// What is due.
struct Watch {
    keeper: Keeper,
    seen: Option<Look>,
    /// How the file looked a moment ago, if it has changed: it may still be being written.
    unsteady: Option<Look>,
    first_change: Option<Instant>,
    last_change: Instant,
    not_before: Instant,
    /// Why the file could not be written the last time: that is told once.
    told: Option<Fault>,
}

/// Watches until the program ends; then the file is written for the last time.
///
/// `seen` is how the file looked before it was read at the start.
pub async fn watch(keeper: Keeper, seen: Option<Look>, tasks: Tasks) {
    let now = Instant::now();
    let mut watch = Watch {
        seen,
        unsteady: None,
        // A program that was killed may have left the file behind the database.
        first_change: Some(now),
        last_change: now,
        not_before: now,
        told: None,
        keeper,
    };
    let mut changes = watch.keeper.store.changes();
    let mut beat = interval(LOOK);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let due = watch.due();
        tokio::select! {
            () = tasks.shutdown_requested() => break,
            _ = beat.tick() => watch.look().await,
            told = changes.changed() => match told {
                Ok(()) => watch.note_change(),
                Err(_) => break,
            },
            () = sleep_until(due.unwrap_or(now)), if due.is_some() => watch.write().await,
        }
    }
    if watch.keeper.options.write_back {
        watch.write().await;
    }
}

impl Watch {
    /// When the file is to be written.
    fn due(&self) -> Option<Instant> {
        let first = self
            .first_change
            .filter(|_| self.keeper.options.write_back)?;
        let settled = (self.last_change + QUIET).min(first + LATEST);
        Some(settled.max(self.not_before))
    }

    fn note_change(&mut self) {
        self.last_change = Instant::now();
        self.first_change.get_or_insert(self.last_change);
    }

    /// An edit is taken once the file has looked the same twice: some editors write in several steps.
    async fn look(&mut self) {
        let now = look(&self.keeper);
        if now.is_none() || now == self.seen {
            self.unsteady = None;
            return;
        }
        if self.unsteady != now {
            self.unsteady = now;
            return;
        }
        self.seen = now;
        self.unsteady = None;
        match self.keeper.pick_up().await {
            Ok(Seen::Same) => {}
            Ok(Seen::Taken) => {
                tracing::info!(file = %self.keeper.options.file.display(), "an edit of the data file was taken");
                self.sweep().await;
            }
            Err(fault) => self.tell(
                &fault,
                "an edit of the data file cannot be taken; the data stay as they are",
            ),
        }
    }

    /// What an edit has replaced is removed at leisure.
    async fn sweep(&self) {
        loop {
            match self.keeper.store.sweep().await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    return tracing::warn!(
                        error = error.chain(),
                        "what an edit replaced could not be removed yet"
                    );
                }
            }
        }
    }

    async fn write(&mut self) {
        self.first_change = None;
        let begun = Instant::now();
        let fault = match self.keeper.write_back().await {
            Ok(written) => {
                if written {
                    self.not_before = Instant::now() + begun.elapsed() * SHARE;
                }
                self.told = None;
                return;
            }
            Err(fault) => fault,
        };
        // Otherwise the next edit is the next occasion.
        if fault.may_pass() {
            self.first_change = Some(begun);
            self.not_before = Instant::now() + RETRY;
        }
        if self.told.as_ref() != Some(&fault) {
            let what = "the data file could not be written; the database has everything";
            self.tell(&fault, what);
            self.told = Some(fault);
        }
    }

    fn tell(&self, fault: &Fault, what: &str) {
        let file = self.keeper.options.file.display().to_string();
        tracing::warn!(file, error = fault.to_string(), "{what}");
    }
}

/// How the file looks now; `None` if it is not there.
pub fn look(keeper: &Keeper) -> Option<Look> {
    let file = fs::metadata(&keeper.options.file).ok()?;
    Some(Look {
        length: file.len(),
        changed: file.modified().ok(),
    })
}
