//! The time of day, from the app: tests move it, nothing else reads the system's clock.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time. Cloning is cheap and shares the clock.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `at` until it is moved; for tests.
    pub fn standing_at(at: DateTime<Utc>) -> Self {
        Self(Some(Arc::new(AtomicI64::new(at.timestamp_micros()))))
    }

    /// Now, cut to whole microseconds, the finest that both databases keep.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the system's clock"
    )]
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match &self.0 {
            Some(standing) => standing.load(Ordering::Relaxed),
            None => Utc::now().timestamp_micros(),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }

    /// Moves a standing clock; the system's clock stays as it is.
    pub fn advance(&self, by: TimeDelta) {
        if let (Some(standing), Some(micros)) = (&self.0, by.num_microseconds()) {
            standing.fetch_add(micros, Ordering::Relaxed);
        }
    }
}
