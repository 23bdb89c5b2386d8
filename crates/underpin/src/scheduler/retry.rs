//! When a failed run is tried again: later each time, and never all at once.

use std::time::Duration;

use crate::Random;

/// How often and when a failed run is tried again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retry {
    /// Runs that may fail before the job is given up.
    pub(super) attempts: u32,
    /// The pause after the first failure; it doubles with each.
    pub(super) first: Duration,
    /// No pause is longer.
    pub(super) longest: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 5,
            first: Duration::from_secs(10),
            longest: Duration::from_hours(1),
        }
    }
}

impl Retry {
    /// The pause after `failures` failures; `None` if that was the last.
    ///
    /// Between half and all of the doubled pause, by chance: jobs that failed together, because something
    /// that they all need was away, do not come back together.
    pub(super) fn pause(&self, failures: u32, random: &Random) -> Option<Duration> {
        if failures >= self.attempts {
            return None;
        }
        let doublings = failures.saturating_sub(1).min(31);
        let whole = self.first.saturating_mul(1 << doublings).min(self.longest);
        // Without randomness everything still works, only less spread.
        let chance = random.bytes::<4>().map_or(0, u32::from_le_bytes);
        let share = f64::from(chance) / f64::from(u32::MAX);
        Some(whole.mul_f64(0.5 + share / 2.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_are_spread() {
        let retry = Retry {
            attempts: 40,
            first: Duration::from_secs(8),
            longest: Duration::from_secs(100),
        };
        let random = Random::repeatable(7);
        for (failures, whole) in [(1, 8.0), (2, 16.0), (4, 64.0), (5, 100.0), (39, 100.0)] {
            let pauses: Vec<f64> = (0..200)
                .map(|_| retry.pause(failures, &random).unwrap().as_secs_f64())
                .collect();
            let least = pauses.iter().copied().fold(f64::MAX, f64::min);
            let most = pauses.iter().copied().fold(0.0, f64::max);
            assert!(least >= whole / 2.0 && most <= whole, "{least} {most}");
            assert!(most - least > whole / 4.0, "{least} {most}");
        }
        assert_eq!(retry.pause(40, &random), None);
    }
}
