//! Telling a dead worker from a living one, without comparing clocks: each worker raises a number, and each
//! watches the numbers of the others by its own monotonic clock.

use std::{collections::HashMap, time::Duration};

use tokio::time::Instant;

/// What this process has seen of the others.
#[derive(Debug, Default)]
pub(super) struct Sightings {
    seen: HashMap<String, Sighting>,
    last_look: Option<Instant>,
}

#[derive(Debug)]
struct Sighting {
    beat: i64,
    since: Instant,
}

impl Sightings {
    /// Takes in a look at all workers, and names those whose number has stood still for longer than `lease`.
    ///
    /// After a gap in the looks nothing is known: this process slept, or the database was away for
    /// everybody. Then all get a whole lease anew.
    pub(super) fn look(
        &mut self,
        beats: Vec<(String, i64)>,
        now: Instant,
        lease: Duration,
    ) -> Vec<(String, i64)> {
        let gap = self
            .last_look
            .is_some_and(|last| now.duration_since(last) > lease);
        if gap {
            self.seen.clear();
        }
        self.last_look = Some(now);
        let mut silent = Vec::new();
        let mut seen = HashMap::with_capacity(beats.len());
        for (worker, beat) in beats {
            let before = self
                .seen
                .remove(&worker)
                .filter(|before| before.beat == beat);
            let since = before.map_or(now, |before| before.since);
            if now.duration_since(since) > lease {
                silent.push((worker.clone(), beat));
            }
            seen.insert(worker, Sighting { beat, since });
        }
        self.seen = seen;
        silent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_secs(30);

    fn beats(all: &[(&str, i64)]) -> Vec<(String, i64)> {
        all.iter()
            .map(|(worker, beat)| ((*worker).to_owned(), *beat))
            .collect()
    }

    #[test]
    fn a_number_that_stands_still_for_a_lease_is_noticed() {
        let (mut sightings, start) = (Sightings::default(), Instant::now());
        for step in 0..=3 {
            let now = start + Duration::from_secs(10) * step;
            let all = beats(&[("living", i64::from(step)), ("dead", 5)]);
            assert!(sightings.look(all, now, LEASE).is_empty(), "{step}");
        }
        let now = start + Duration::from_secs(40);
        let silent = sightings.look(beats(&[("living", 4), ("dead", 5)]), now, LEASE);
        assert_eq!(silent, beats(&[("dead", 5)]));
        let now = start + Duration::from_secs(50);
        let silent = sightings.look(beats(&[("living", 4), ("dead", 6)]), now, LEASE);
        assert!(silent.is_empty(), "it has come back: {silent:?}");
    }

    #[test]
    fn after_a_gap_everybody_gets_a_lease_anew() {
        let (mut sightings, start) = (Sightings::default(), Instant::now());
        sightings.look(beats(&[("other", 1)]), start, LEASE);
        for seconds in [600, 610, 630] {
            let now = start + Duration::from_secs(seconds);
            assert!(
                sightings
                    .look(beats(&[("other", 1)]), now, LEASE)
                    .is_empty()
            );
        }
        let now = start + Duration::from_secs(631);
        assert_eq!(sightings.look(beats(&[("other", 1)]), now, LEASE).len(), 1);
    }
}
