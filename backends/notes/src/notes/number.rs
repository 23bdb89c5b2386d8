//! Ids for new notes: the millisecond of their making, each given once by this process.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use underpin::{Clock, Context, Provide, StartError};

use super::model::NoteId;

/// Gives out ids. Cloning shares what was given already.
#[derive(Clone, Debug)]
pub struct NoteIds {
    clock: Clock,
    last: Arc<AtomicI64>,
}

impl NoteIds {
    /// The id of this millisecond, or of the next one that this process has not given yet.
    ///
    /// Another process may have given the same: the insert tells, and the caller asks again.
    pub fn next(&self) -> NoteId {
        let now = self.clock.now().timestamp_millis();
        let next = |last: i64| now.max(last.saturating_add(1));
        let last = self
            .last
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
                Some(next(last))
            });
        NoteId::of_millisecond(next(last.unwrap_or_else(|last| last)))
    }
}

impl Provide for NoteIds {
    fn provide(context: &Context) -> Result<Self, StartError> {
        let ids = context.once(|| {
            Ok(Self {
                clock: context.clock().clone(),
                last: Arc::default(),
            })
        })?;
        Ok((*ids).clone())
    }
}
