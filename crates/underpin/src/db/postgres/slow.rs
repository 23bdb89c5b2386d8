//! Which statements were slow lately: they must not delay what is pipelined behind them.

use std::{
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use crate::db::statement::{PerStatement, Text};

/// From which duration on a statement counts as slow.
const SLOW: Duration = Duration::from_millis(50);

/// Runs that a slow statement spends on exclusive connections before it is tried on a shared one again.
const RUNS: u32 = 64;

/// The statements that were slow lately, each with the runs that are still due.
#[derive(Debug, Default)]
pub(super) struct Slow(RwLock<PerStatement<AtomicU32>>);

impl Slow {
    pub(super) fn contains(&self, text: &Text) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known
            .get(text)
            .is_some_and(|due| due.load(Ordering::Relaxed) > 0)
    }

    /// A run ended that nothing else had delayed.
    pub(super) fn ran(&self, text: &Text, took: Duration) {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        match (known.get(text), took >= SLOW) {
            (Some(due), true) => due.store(RUNS, Ordering::Relaxed),
            (Some(due), false) => {
                let left = due.load(Ordering::Relaxed).saturating_sub(1);
                due.store(left, Ordering::Relaxed);
            }
            (None, true) => {
                drop(known);
                let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
                known.insert(text, AtomicU32::new(RUNS));
            }
            (None, false) => {}
        }
    }
}
