//! Whether the issuer may be asked now: one fetch at a time, pauses after failures and for made-up key ids.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Flight, JwksSettings};

/// The longest pause after failures, in seconds. The first failure is followed by none: as in the original a
/// failure is not remembered (contract notes 5.3), but an issuer that stays down is not asked by every request.
const LONGEST_PAUSE: u32 = 3;

/// Key ids that may be waited for in vain until the end of a cool-down; then none is for a while, so that a flood of
/// made-up ones is refused at once.
const MOST_IN_VAIN: usize = 4;
const WITHOUT_PATIENCE: TimeDelta = TimeDelta::minutes(1);

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
    /// Key ids whose end of the cool-down is waited for.
    waited_for: Vec<String>,
    waited_in_vain: usize,
    waited_at: Option<DateTime<Utc>>,
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
            self.waited_for.clear();
        }
        self.flight = Some(flight.clone());
        true
    }

    /// How long a request for this key may wait for the end of the cool-down; `None` if it should not.
    pub(super) fn patience(
        &mut self,
        key_id: &str,
        now: DateTime<Utc>,
        settings: &JwksSettings,
    ) -> Option<Duration> {
        let passed = (now - self.probed_at?).max(TimeDelta::zero());
        let left = (settings.cool_down - passed).to_std().ok()?;
        if left > settings.patience {
            return None;
        }
        if self.waited_for.iter().any(|other| other == key_id) {
            return Some(left);
        }
        if !within(self.waited_at, now, WITHOUT_PATIENCE) {
            self.waited_in_vain = 0;
        }
        if self.waited_in_vain >= MOST_IN_VAIN {
            return None;
        }
        self.waited_in_vain += 1;
        self.waited_at = Some(now);
        self.waited_for.push(key_id.to_owned());
        Some(left)
    }

    /// A key that was waited for came.
    pub(super) fn patience_paid_off(&mut self) {
        self.waited_in_vain = 0;
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
