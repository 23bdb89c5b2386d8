//! When a job is due: cron expressions in a time zone, and intervals. Only arithmetic; nothing is kept.

use std::{fmt, str::FromStr, time::Duration};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use chrono_tz::Tz;
use croner::{
    Cron,
    parser::{CronParser, Year},
};

use crate::config::{FromText, Shape};

/// How late a fire time may be noticed and still not count as missed.
pub(super) const PUNCTUAL: TimeDelta = TimeDelta::minutes(1);

/// What is done about fire times at which nobody ran the job: the program was stopped, or every worker busy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CatchUp {
    /// Each is made up for, in order.
    Each,
    /// The latest stands for all; older ones that still wait or are to be tried again are left out.
    #[default]
    Latest,
    /// None is: what is noticed more than a minute late is left out.
    None,
}

/// A time zone of the IANA database, which the program carries with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeZone(pub(super) Tz);

impl FromStr for TimeZone {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let zone = name.trim().parse().map(Self);
        zone.map_err(|_| format!("there is no time zone `{name}`"))
    }
}

impl FromText for TimeZone {
    const SHAPE: Shape = Shape::new("a time zone such as UTC or Europe/Berlin");

    fn from_text(text: &str) -> Result<Self, Option<String>> {
        text.parse().map_err(Some)
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.name())
    }
}

/// The fire times of one job.
#[derive(Clone, Debug)]
pub(super) enum Timetable {
    Cron { cron: Box<Cron>, zone: TimeZone },
    Every(TimeDelta),
}

impl Timetable {
    /// By a cron expression: five fields, or six with seconds in front.
    pub(super) fn cron(expression: &str, zone: TimeZone) -> Result<Self, String> {
        let parser = CronParser::builder().year(Year::Disallowed).build();
        let cron = parser
            .parse(expression)
            .map_err(|error| error.to_string())?;
        let timetable = Self::Cron {
            cron: Box::new(cron),
            zone,
        };
        match timetable.next_after(DateTime::UNIX_EPOCH) {
            Some(_) => Ok(timetable),
            None => Err("it names a time that never comes".to_owned()),
        }
    }

    /// At the whole multiples of `period` since 1970, so that every replica means the same times.
    pub(super) fn every(period: Duration) -> Result<Self, String> {
        let period = TimeDelta::from_std(period).ok();
        let fits = |period: &TimeDelta| {
            *period >= TimeDelta::milliseconds(1) && *period <= TimeDelta::days(366)
        };
        let period = period.filter(fits);
        let period = period.ok_or("an interval is between a millisecond and 366 days long")?;
        Ok(Self::Every(period))
    }

    /// The first fire time after `instant`.
    pub(super) fn next_after(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let next = match self {
            Self::Every(period) => instant.duration_trunc(*period).ok()? + *period,
            Self::Cron { cron, zone } => {
                let from = instant.duration_trunc(TimeDelta::seconds(1)).ok()?;
                let next = cron.find_next_occurrence(&from.with_timezone(&zone.0), false);
                next.ok()?.with_timezone(&Utc)
            }
        };
        // A fire time that does not advance would be planned without end.
        (next > instant).then_some(next)
    }

    /// The latest fire time in (`after`, `until`].
    ///
    /// Found by going forward from ever further back, so that there is one opinion about the hours that a
    /// change to summer time leaves out or repeats.
    pub(super) fn latest(
        &self,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        if let Self::Every(period) = self {
            let latest = until.duration_trunc(*period).ok()?;
            return (latest > after).then_some(latest);
        }
        for days in [0, 1, 40, 400, 9 * 366] {
            let reach = TimeDelta::days(days) + TimeDelta::hours(1);
            let from = until
                .checked_sub_signed(reach)
                .map_or(after, |from| from.max(after));
            let found = self.between(from, until).last();
            if found.is_some() || from == after {
                return found;
            }
        }
        None
    }

    /// The fire times in (`after`, `until`], in order.
    pub(super) fn between(
        &self,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> impl Iterator<Item = DateTime<Utc>> {
        let within = move |next: &DateTime<Utc>| *next <= until;
        let first = self.next_after(after).filter(within);
        std::iter::successors(first, move |last| self.next_after(*last).filter(within))
    }
}

impl fmt::Display for Timetable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cron { cron, zone } => write!(formatter, "{} ({zone})", cron.as_str()),
            Self::Every(period) => {
                let period = period.to_std().unwrap_or_default();
                write!(formatter, "every {period:?}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn berlin(expression: &str) -> Timetable {
        Timetable::cron(expression, "Europe/Berlin".parse().unwrap()).unwrap()
    }

    fn times(timetable: &Timetable, after: &str, until: &str) -> Vec<String> {
        let times = timetable.between(at(after), at(until));
        times
            .map(|time| time.format("%dT%H:%M").to_string())
            .collect()
    }

    #[test]
    fn a_fixed_time_comes_once_a_day_whatever_summer_time_does() {
        let spring = times(
            &berlin("30 2 * * *"),
            "2026-03-28T00:00:00Z",
            "2026-03-31T00:00:00Z",
        );
        // 02:30 does not exist on the 29th: right after the gap, 03:00 of summer, is 01:00 in UTC.
        assert_eq!(spring, ["28T01:30", "29T01:00", "30T00:30"]);
        let autumn = times(
            &berlin("30 2 * * *"),
            "2026-10-24T00:00:00Z",
            "2026-10-27T00:00:00Z",
        );
        assert_eq!(autumn, ["24T00:30", "25T00:30", "26T01:30"]);
    }

    #[test]
    fn every_hour_is_every_hour_when_the_clock_is_put_back() {
        let hours = times(
            &berlin("0 * * * *"),
            "2026-10-24T23:30:00Z",
            "2026-10-25T03:30:00Z",
        );
        assert_eq!(hours, ["25T00:00", "25T01:00", "25T02:00", "25T03:00"]);
    }

    #[test]
    fn the_latest_is_the_last_of_all() {
        let until = at("2026-11-25T12:34:56.789Z");
        for expression in [
            "* * * * * *",
            "*/5 * * * *",
            "0 0 29 2 *",
            "30 2 * * 0",
            "0 0 L * *",
        ] {
            let timetable = berlin(expression);
            let latest = timetable.latest(DateTime::UNIX_EPOCH, until).unwrap();
            assert!(latest <= until);
            assert!(
                timetable.next_after(latest).unwrap() > until,
                "{expression} {latest}"
            );
            assert_eq!(timetable.latest(latest, until), None);
        }
        let minutes = Timetable::every(Duration::from_mins(7)).unwrap();
        let latest = minutes.latest(DateTime::UNIX_EPOCH, until).unwrap();
        assert!(until - latest < TimeDelta::minutes(7));
        assert_eq!(minutes.latest(latest, until), None);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let utc = || "UTC".parse().unwrap();
        for expression in [
            "",
            "* * * *",
            "60 * * * *",
            "0 0 30 2 *",
            "a b c d e",
            "* * * * * * 2031",
        ] {
            assert!(Timetable::cron(expression, utc()).is_err(), "{expression}");
        }
        assert!("Europe/Atlantis".parse::<TimeZone>().is_err());
        assert!(Timetable::every(Duration::from_micros(10)).is_err());
        assert!(Timetable::every(Duration::from_secs(u64::MAX)).is_err());
    }
}
