//! The time of day, from the app: tests move it, nothing else reads the system's clock.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use chrono::{DateTime, TimeDelta, Timelike as _, Utc};

/// Tells the time. Cloning is cheap and shares the clock.
#[derive(Clone, Debug, Default)]
pub struct Clock(Source);

#[derive(Clone, Debug, Default)]
enum Source {
    #[default]
    System,
    /// Microseconds since 1970.
    Standing(Arc<AtomicI64>),
    #[cfg(feature = "testing")]
    Wrong(TimeDelta),
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `at` until it is moved; for tests.
    pub fn standing_at(at: DateTime<Utc>) -> Self {
        Self(Source::Standing(Arc::new(AtomicI64::new(
            at.timestamp_micros(),
        ))))
    }

    /// The system's clock, but wrong by so much: one of several machines whose clocks are apart.
    #[cfg(feature = "testing")]
    pub fn wrong_by(by: TimeDelta) -> Self {
        Self(Source::Wrong(by))
    }

    /// Now, cut to whole microseconds, the finest that both databases keep.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the system's clock"
    )]
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match &self.0 {
            Source::Standing(at) => at.load(Ordering::Relaxed),
            Source::System => Utc::now().timestamp_micros(),
            #[cfg(feature = "testing")]
            Source::Wrong(by) => (Utc::now() + *by).timestamp_micros(),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }

    /// Whether it stands until a test moves it, and so says nothing about the time of day.
    pub(crate) fn is_standing(&self) -> bool {
        matches!(self.0, Source::Standing(_))
    }

    /// Moves a standing clock; the system's clock stays as it is.
    pub fn advance(&self, by: TimeDelta) {
        if let (Source::Standing(standing), Some(micros)) = (&self.0, by.num_microseconds()) {
            standing.fetch_add(micros, Ordering::Relaxed);
        }
    }
}

/// Writes an instant as Python's `datetime.isoformat` writes one in UTC that does not say so:
/// `2026-11-21T06:58:14.195331`, six digits of fraction or none.
pub fn write_isoformat(to: &mut impl fmt::Write, instant: DateTime<Utc>) -> fmt::Result {
    // Lists are full of these: a format string would be read anew for each.
    let (date, time) = (instant.date_naive(), instant.time());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    write!(to, "{date:?}T{hour:02}:{minute:02}:{second:02}")?;
    match instant.timestamp_subsec_micros() {
        0 => Ok(()),
        micros => write!(to, ".{micros:06}"),
    }
}
