//! Times inside texts: recognising them, their format, and whether one is sane. No calendars beyond UTC.

use chrono::{DateTime, NaiveDateTime};

const HOUR: i64 = 3_600_000_000;

/// A time as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Microseconds since 1970.
    pub micros: i64,
    /// How it was written.
    pub format: Format,
}

/// The format class of a written time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// ISO 8601: separator, number of fraction digits, offset as written.
    Iso {
        separator: u8,
        digits: usize,
        zone: String,
    },
    /// `20261121_065223`, with the separator if there is one.
    Compact { separator: Option<u8> },
    /// RFC 9110: `Sat, 21 Nov 2026 06:52:17 GMT`.
    Http,
}

impl Format {
    /// The smallest step that this format can show, in microseconds.
    pub fn step(&self) -> i64 {
        match self {
            Format::Iso { digits, .. } => {
                10_i64.pow(6_u32.saturating_sub(u32::try_from(*digits).unwrap_or(6)))
            }
            _ => 1_000_000,
        }
    }
}

/// An ISO 8601 time at the start of `text`, with its length in bytes.
pub fn iso(text: &str) -> Option<(Stamp, usize)> {
    let head = text.get(..19)?;
    let separator = *head.as_bytes().get(10)?;
    if !matches!(separator, b'T' | b' ') {
        return None;
    }
    let plain = head.replacen(' ', "T", 1);
    let time = NaiveDateTime::parse_from_str(&plain, "%Y-%m-%dT%H:%M:%S").ok()?;
    let rest = text.get(19..)?;
    let digits = match rest.strip_prefix('.') {
        Some(fraction) => fraction.bytes().take_while(u8::is_ascii_digit).count(),
        None => 0,
    };
    let fraction_end = if digits > 0 { digits + 1 } else { 0 };
    let fraction = rest.get(1..fraction_end).unwrap_or_default();
    let micros: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    let (zone, offset) = zone(rest.get(fraction_end..)?);
    let length = 19 + fraction_end + zone.len();
    let micros = time.and_utc().timestamp_micros() + micros - offset;
    let format = Format::Iso {
        separator,
        digits,
        zone: zone.to_owned(),
    };
    ends(text, length).then_some((Stamp { micros, format }, length))
}

fn zone(rest: &str) -> (&str, i64) {
    if rest.starts_with('Z') {
        return (rest.get(..1).unwrap_or_default(), 0);
    }
    let sign = match rest.as_bytes().first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return ("", 0),
    };
    let number = |from: usize| -> Option<i64> {
        let digits = rest.get(from..from + 2)?;
        digits
            .bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| digits.parse().ok())?
    };
    let (minutes_at, length) = if rest.as_bytes().get(3) == Some(&b':') {
        (4, 6)
    } else {
        (3, 5)
    };
    match (number(1), number(minutes_at)) {
        (Some(hours), Some(minutes)) => (
            rest.get(..length).unwrap_or_default(),
            sign * (hours * 60 + minutes) * 60_000_000,
        ),
        _ => ("", 0),
    }
}

/// A time such as `20261121_065223` at the start of `text`, with its length in bytes.
pub fn compact(text: &str) -> Option<(Stamp, usize)> {
    let date = text.get(..8)?;
    let separator = text
        .as_bytes()
        .get(8)
        .copied()
        .filter(|b| matches!(b, b'_' | b'-' | b'T'));
    let from = 8 + usize::from(separator.is_some());
    let clock = text.get(from..from + 6)?;
    if !date
        .bytes()
        .chain(clock.bytes())
        .all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let both = format!("{date}{clock}");
    let time = NaiveDateTime::parse_from_str(&both, "%Y%m%d%H%M%S").ok()?;
    let micros = time.and_utc().timestamp_micros();
    let length = from + 6;
    ends(text, length).then_some((
        Stamp {
            micros,
            format: Format::Compact { separator },
        },
        length,
    ))
}

/// An HTTP date at the start of `text`, with its length in bytes.
pub fn http_date(text: &str) -> Option<(Stamp, usize)> {
    let head = text.get(..29)?;
    let time = NaiveDateTime::parse_from_str(head.strip_suffix(" GMT")?, "%a, %d %b %Y %H:%M:%S");
    let micros = time.ok()?.and_utc().timestamp_micros();
    Some((
        Stamp {
            micros,
            format: Format::Http,
        },
        29,
    ))
}

/// Whether a token of `length` bytes at the start of `text` is not the beginning of a longer word.
pub fn ends(text: &str, length: usize) -> bool {
    !text
        .as_bytes()
        .get(length)
        .is_some_and(u8::is_ascii_alphanumeric)
}

/// For people: a time in ISO 8601.
pub fn readable(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros)
        .map(|time| time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string())
        .unwrap_or_default()
}

/// When an exchange happened, in the recording and now. All in microseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// When the recording began.
    pub recording_began: i64,
    /// When the replay began.
    pub replay_began: i64,
    /// When the recorded request was sent.
    pub recorded: i64,
    /// How long the original took.
    pub took: i64,
    /// When the request was sent to the candidate.
    pub sent: i64,
    /// When its answer was complete.
    pub answered: i64,
    /// How far the candidate's clock may be off.
    pub tolerance: i64,
}

impl Clock {
    /// Whether a recorded time is close enough to its exchange to have come from a clock.
    pub fn is_near(&self, recorded: i64) -> bool {
        let distance = recorded - self.recorded;
        (-24 * HOUR..=31 * 24 * HOUR).contains(&distance)
    }

    /// Whether `candidate` is as sane now as `recorded` was then; `timeline` holds the exchanges so
    /// far with this one as the last.
    ///
    /// # Errors
    /// Says why it is not.
    pub fn check(&self, timeline: &[Clock], recorded: i64, candidate: i64) -> Result<(), String> {
        let (earliest, latest) = self.window(timeline, recorded);
        if candidate < earliest - self.tolerance {
            let (off, limit) = (span(earliest - candidate), readable(earliest));
            return Err(format!("{off} too early: it should be {limit} or later"));
        }
        if candidate > latest + self.tolerance {
            let (off, limit) = (span(candidate - latest), readable(latest));
            return Err(format!("{off} too late: it should be {limit} or earlier"));
        }
        Ok(())
    }

    /// What happened between two recorded requests must happen between the same two requests now.
    /// What lies ahead (an expiry) must lie as far ahead.
    fn window(&self, timeline: &[Clock], recorded: i64) -> (i64, i64) {
        if recorded > self.recorded + self.took + 1_000_000 {
            let ahead = recorded - self.recorded;
            return (self.sent + ahead, self.answered + ahead);
        }
        let next = timeline.partition_point(|clock| clock.recorded <= recorded);
        let latest = timeline.get(next).map_or(self.answered, |clock| clock.sent);
        let before = next.checked_sub(1).and_then(|at| timeline.get(at));
        match before {
            Some(clock) if recorded >= self.recording_began => (clock.sent, latest),
            _ => (self.replay_began - 24 * HOUR, self.answered),
        }
    }
}

fn span(micros: i64) -> String {
    let seconds = micros / 1_000_000;
    match seconds {
        0 => format!("{} ms", (micros / 1000).max(1)),
        1..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}
