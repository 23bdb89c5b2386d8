//! When a done task is followed by another, and when that one is due (contract section 8). Dates only, no clocks.

use chrono::{Days, NaiveDate};

use super::Recurring;

impl Recurring {
    /// How many days lie between a task and its successor. A month is thirty days: it drifts through the calendar.
    pub fn days(self) -> u64 {
        match self {
            Self::Daily => 1,
            Self::Weekly => 7,
            Self::Monthly => 30,
        }
    }

    /// The day on which the successor of a task is due, if it is time for one. `reference` is the day on which
    /// the task was due, or made. One step from there, however long ago that was.
    pub fn next_due(self, reference: NaiveDate, today: NaiveDate) -> Option<NaiveDate> {
        let next = reference.checked_add_days(Days::new(self.days()))?;
        (next <= today).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// The table of the contract: kind, reference, day of the run, what is due.
    #[test]
    fn every_row_of_the_contract() {
        use Recurring::{Daily, Monthly, Weekly};
        for (kind, reference, today, expected) in [
            (Daily, "2026-01-31", "2026-01-31", None),
            (Daily, "2026-01-31", "2026-02-01", Some("2026-02-01")),
            (Daily, "2026-01-01", "2026-02-01", Some("2026-01-02")),
            (Daily, "2024-02-28", "2024-02-29", Some("2024-02-29")),
            (Daily, "2025-02-28", "2026-11-21", Some("2025-03-01")),
            (Daily, "2025-12-31", "2026-11-21", Some("2026-01-01")),
            (Daily, "2026-03-28", "2026-11-21", Some("2026-03-29")),
            (Daily, "2026-10-24", "2026-11-21", Some("2026-10-25")),
            (Weekly, "2026-01-31", "2026-02-06", None),
            (Weekly, "2026-01-31", "2026-02-07", Some("2026-02-07")),
            (Weekly, "2026-01-01", "2026-02-07", Some("2026-01-08")),
            (Monthly, "2026-01-31", "2026-03-01", None),
            (Monthly, "2026-01-31", "2026-03-02", Some("2026-03-02")),
            (Monthly, "2024-01-31", "2024-03-01", Some("2024-03-01")),
            (Monthly, "2024-02-29", "2024-03-30", Some("2024-03-30")),
            (Monthly, "2026-03-31", "2026-04-30", Some("2026-04-30")),
            (Monthly, "2026-12-31", "2027-01-30", Some("2027-01-30")),
            (Monthly, "2026-02-01", "2026-11-21", Some("2026-03-03")),
            (Daily, "2026-01-01", "2026-01-02", Some("2026-01-02")),
            (Weekly, "2026-01-01", "2026-01-08", Some("2026-01-08")),
            (Daily, "0001-01-01", "2026-11-21", Some("0001-01-02")),
            (Daily, "9999-12-31", "2026-11-21", None),
            (Weekly, "9999-12-31", "9999-12-31", None),
            (Monthly, "2999-01-31", "2026-11-21", None),
        ] {
            let due = kind.next_due(day(reference), day(today));
            assert_eq!(due, expected.map(day), "{kind:?} {reference} {today}");
        }
    }
}
