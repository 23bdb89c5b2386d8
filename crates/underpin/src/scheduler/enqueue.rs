//! Putting a job off: now or later, once per key, within the caller's transaction if that is wanted.

use std::{fmt, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;

use super::{
    OneOff, Unrunnable,
    store::{NewJob, Store},
};
use crate::{Clock, Error, Result, db::Executor};

/// The greatest description of a job, as JSON.
const MAX_PAYLOAD: usize = 1 << 20;

/// Which of the jobs that are due comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Before all others.
    High,
    /// In the order in which they became due.
    #[default]
    Normal,
    /// When nothing else is due.
    Low,
}

impl Priority {
    pub(super) fn number(self) -> i16 {
        self as i16
    }
}

/// A job about to be put off; made by [`Jobs::later`](super::Jobs::later).
#[must_use = "nothing is put off until `enqueue`"]
pub struct Later<P> {
    pub(super) payload: P,
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) signal: Arc<Notify>,
    pub(super) is_known: bool,
    pub(super) due_at: Option<DateTime<Utc>>,
    pub(super) priority: Priority,
    pub(super) unique: Option<String>,
}

impl<P: OneOff> Later<P> {
    /// Not before so much time has passed.
    pub fn after(self, delay: Duration) -> Self {
        let delay = TimeDelta::from_std(delay).unwrap_or(TimeDelta::MAX);
        let now = self.clock.now();
        let at = now.checked_add_signed(delay);
        self.at(at.unwrap_or(DateTime::<Utc>::MAX_UTC))
    }

    /// Not before this moment.
    pub fn at(mut self, moment: DateTime<Utc>) -> Self {
        self.due_at = Some(moment);
        self
    }

    /// Before or after others that are due.
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Only if no job of this kind with this key waits or runs.
    pub fn unique(mut self, key: impl Into<String>) -> Self {
        self.unique = Some(key.into());
        self
    }

    /// Puts it off, in the database or in a transaction: then it exists only once that is committed. The
    /// number of the job; `None` if one with its key is there already.
    pub async fn enqueue(self, on: impl Into<Executor<'_>>) -> Result<Option<i64>> {
        if !self.is_known {
            return Err(Error::internal(Unrunnable(P::NAME.to_owned())));
        }
        let payload = serde_json::to_string(&self.payload)?;
        if payload.len() > MAX_PAYLOAD {
            return Err(Error::internal(std::io::Error::other(
                "what a job is told is longer than 1 MiB: keep it in a table and tell its key",
            )));
        }
        let now = self.clock.now();
        let new = NewJob {
            job: P::NAME,
            payload: Some(payload),
            priority: self.priority,
            unique: self.unique,
            due_at: self.due_at.unwrap_or(now),
            now,
        };
        let id = self.store.insert(on, new).await?;
        // In a transaction this is too early; the next look at the table then finds it.
        self.signal.notify_one();
        Ok(id)
    }
}

impl<P> fmt::Debug for Later<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Later")
            .field("due_at", &self.due_at)
            .finish_non_exhaustive()
    }
}
