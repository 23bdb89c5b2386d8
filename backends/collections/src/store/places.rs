//! The rows of lists as remembered, for what asks for one record or adds one: the list's own row need not be read
//! again for each.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use tokio::time::Instant;

use super::repository::Shelf;

/// Lists that are remembered.
const MOST: usize = 256;

/// How long a list is read from by its number alone.
const FRESH: Duration = Duration::from_secs(1);

/// Rows of lists by their names.
#[derive(Debug, Default)]
pub(super) struct Places(RwLock<Kept>);

#[derive(Debug, Default)]
struct Kept {
    lists: HashMap<String, (Instant, Shelf)>,
    /// Counts what has made all of them wrong.
    loads: u64,
}

impl Places {
    /// The row as it was once: for changes that compare it with what it is now, and fail if it is another.
    pub(super) fn get(&self, name: &str) -> Option<Shelf> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.lists.get(name).map(|(_, list)| list.clone())
    }

    /// The number of the list as it was less than a second ago. Only a load makes it another.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (read, list) = kept.lists.get(name)?;
        (read.elapsed() < FRESH).then_some(list.id)
    }

    /// To be asked before a row is read that is to be kept.
    pub(super) fn loads(&self) -> u64 {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.loads
    }

    /// Keeps a row, unless there was a load since it was read.
    pub(super) fn keep(&self, list: &Shelf, loads: u64) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.loads != loads {
            return;
        }
        if kept.lists.len() >= MOST {
            kept.lists.clear();
        }
        let now = (Instant::now(), list.clone());
        kept.lists.insert(list.name.clone(), now);
    }

    pub(super) fn forget(&self, name: &str) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        kept.lists.remove(name);
    }

    /// All lists were loaded anew.
    pub(super) fn forget_all(&self) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        kept.lists.clear();
        kept.loads += 1;
    }
}
