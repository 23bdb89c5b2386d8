//! Whether the issuer may be asked now: one fetch at a time, pauses after failures and for made-up key ids.

use chrono::{DateTime, TimeDelta, Utc};

use super::Flight;

/// The longest pause after failures, in seconds. The first failure is followed by none: as in the original a
/// failure is not remembered (contract notes 5.3), but an issuer that stays down is not asked by every request.
const LONGEST_PAUSE: u32 = 3;

/// Why the issuer would be asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    NothingYet,
    Old,
    UnknownKey,
}

#[derive(Default)]
pub(super) struct Progress {
    flight: Option<Flight>,
    failures: u32,
    failed_at: Option<DateTime<Utc>>,
    probed_at: Option<DateTime<Utc>>,
}

impl Progress {
    /// The fetch under way, if any.
    pub(super) fn flight(&self) -> Option<Flight> {
        let flight = self.flight.as_ref()?;
        flight.has_changed().is_ok().then(|| flight.clone())
    }

    /// Whether the last fetch failed.
    pub(super) fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// Notes a start at `now`, or refuses it.
    pub(super) fn start(
        &mut self,
        why: Why,
        now: DateTime<Utc>,
        cool_down: TimeDelta,
        flight: &Flight,
    ) -> bool {
        let pause = self.failures.saturating_sub(1).min(LONGEST_PAUSE);
        if within(self.failed_at, now, TimeDelta::seconds(i64::from(pause))) {
            return false;
        }
        if why == Why::UnknownKey {
            if within(self.probed_at, now, cool_down) {
                return false;
            }
            self.probed_at = Some(now);
        }
        self.flight = Some(flight.clone());
        true
    }

    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
        self.failed_at = None;
    }

    pub(super) fn failed(&mut self, now: DateTime<Utc>) {
        self.failures = self.failures.saturating_add(1);
        self.failed_at = Some(now);
    }
}

/// Whether `now` is less than `span` after `since`. A clock that was set back ends the span.
fn within(since: Option<DateTime<Utc>>, now: DateTime<Utc>, span: TimeDelta) -> bool {
    since.is_some_and(|since| since <= now && now - since < span)
}
