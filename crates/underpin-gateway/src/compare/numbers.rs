//! Compares numbers: by their text, unless one is a clock reading or a counted id.

use super::Comparer;
use crate::json::Place;

impl Comparer<'_> {
    pub(super) fn number(&mut self, place: &Place, old: &str, new: &str) -> Result<(), String> {
        let is_id = place.key() == Some("id");
        let known = self
            .session
            .ledger
            .number(&self.exchange.request.target, old);
        if let Some(known) = known.filter(|_| is_id).map(ToOwned::to_owned) {
            return self.expect_number(&known, old, new);
        }
        if let Some(moment) = self.clock_reading(old) {
            let now = clock_micros(new).ok_or_else(|| "not a Unix time".to_owned())?;
            if old.len() != new.len() {
                return Err("a Unix time in another unit".to_owned());
            }
            self.check_time(moment, now)?;
            if old != new {
                self.excuse("time");
            }
            return Ok(());
        }
        if is_id && self.is_new_count(place) && new.bytes().all(|b| b.is_ascii_digit()) {
            let collection = self.exchange.collection();
            self.session.ledger.pair_numbers(collection, old, new)?;
            if old != new {
                self.excuse("id");
            }
            return Ok(());
        }
        if old == new {
            Ok(())
        } else {
            Err(String::new())
        }
    }

    fn expect_number(&mut self, known: &str, old: &str, new: &str) -> Result<(), String> {
        if new != known {
            return Err(format!("the candidate calls {old} {known}"));
        }
        if old != new {
            self.excuse("id");
        }
        Ok(())
    }

    /// A counter is deterministic, so a counted id must be equal: unless the recording says that it
    /// is generated, or the candidate was allowed to create one row more or less before.
    fn is_new_count(&self, place: &Place) -> bool {
        let created = self.exchange.request.method == "POST" && place.to_string() == "$.id";
        self.is_captured(place) || created && self.session.ledger.disturbed
    }

    fn clock_reading(&self, old: &str) -> Option<i64> {
        let micros = clock_micros(old)?;
        let chosen = self.session.ledger.is_chosen_by_client(old);
        (self.clock.is_near(micros) && !chosen).then_some(micros)
    }
}

/// A Unix time in seconds (10 digits) or milliseconds (13 digits), in microseconds.
fn clock_micros(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    match text.len() {
        10 => Some(number * 1_000_000),
        13 => Some(number * 1000),
        _ => None,
    }
}
