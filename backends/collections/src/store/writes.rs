//! Writes as they begin and end, so that nothing that was remembered is shown once somebody may have seen newer.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// The writes of this instance. What a write makes is visible to readers before the write is known to have been
/// made, so its beginning counts.
#[derive(Debug, Default)]
pub(super) struct Writes {
    begun: AtomicU64,
    ended: AtomicU64,
}

/// A write that may take effect at any moment; over when dropped, whatever came of it.
#[derive(Debug)]
pub(super) struct Writing<'w>(&'w Writes);

impl Writes {
    pub(super) fn begin(&self) -> Writing<'_> {
        self.begun.fetch_add(1, SeqCst);
        Writing(self)
    }

    /// How many there have been; `None` while one is under way.
    pub(super) fn settled(&self) -> Option<u64> {
        // In this order: one that begins in between is seen.
        let ended = self.ended.load(SeqCst);
        let begun = self.begun.load(SeqCst);
        (begun == ended).then_some(begun)
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_settled_while_a_write_is_under_way() {
        let writes = Writes::default();
        assert_eq!(writes.settled(), Some(0));
        let first = writes.begin();
        let second = writes.begin();
        drop(first);
        assert_eq!(writes.settled(), None);
        drop(second);
        assert_eq!(writes.settled(), Some(2));
    }
}
