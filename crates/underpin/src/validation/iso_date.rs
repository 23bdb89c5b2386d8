//! Days as Python's `date.fromisoformat` reads them: the validator of models whose original calls it.

use chrono::{Datelike, NaiveDate, Weekday};
use serde_json::Value;

use super::python;

/// A day that was read from a text in any ISO 8601 spelling, as `YYYY-MM-DD`; what is no text is left to
/// the shape. To stand as `#[field(before = iso_date::read)]` on a date.
///
/// As `CPython` 3.11 does it, so `20240105`, `2024-W01-5` and `2024W01` are days, and what follows a short
/// spelling in a text of ten bytes is not looked at.
pub fn read(value: &Value) -> Result<Value, String> {
    let Some(text) = value.as_str() else {
        return Ok(value.clone());
    };
    let day = match parse(text.as_bytes()) {
        Some(Spelling::Day(year, month, day)) => calendar_day(year, month, day)?,
        Some(Spelling::Week(year, week, day)) => week_day(text, year, week, day)?,
        None => return Err(invalid(text)),
    };
    Ok(Value::from(day.to_string()))
}

/// What a text names, in range or not.
enum Spelling {
    Day(u32, u32, u32),
    Week(u32, u32, u32),
}

fn parse(text: &[u8]) -> Option<Spelling> {
    if !matches!(text.len(), 7 | 8 | 10) {
        return None;
    }
    let (year, rest) = number(text, 4)?;
    let (separated, rest) = skip(rest, b'-');
    let next = |rest| match (separated, skip(rest, b'-')) {
        (true, (false, _)) => None,
        (true, (true, rest)) => Some(rest),
        (false, _) => Some(rest),
    };
    if let (true, rest) = skip(rest, b'W') {
        let (week, rest) = number(rest, 2)?;
        if rest.is_empty() {
            return Some(Spelling::Week(year, week, 1));
        }
        let (day, _) = number(next(rest)?, 1)?;
        return Some(Spelling::Week(year, week, day));
    }
    let (month, rest) = number(rest, 2)?;
    let (day, _) = number(next(rest)?, 2)?;
    Some(Spelling::Day(year, month, day))
}

/// Exactly so many digits, and what follows.
fn number(text: &[u8], digits: usize) -> Option<(u32, &[u8])> {
    let (number, rest) = text.split_at_checked(digits)?;
    let number = number.iter().try_fold(0, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + u32::from(digit - b'0'))
    })?;
    Some((number, rest))
}

/// Whether the text goes on with `byte`, and what follows then.
fn skip(text: &[u8], byte: u8) -> (bool, &[u8]) {
    match text.split_first() {
        Some((first, rest)) if *first == byte => (true, rest),
        _ => (false, text),
    }
}

fn calendar_day(year: u32, month: u32, day: u32) -> Result<NaiveDate, String> {
    if year == 0 {
        return Err("year 0 is out of range".to_owned());
    }
    if !(1..=12).contains(&month) {
        return Err("month must be in 1..12".to_owned());
    }
    let found = i32::try_from(year).ok();
    let found = found.and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
    found.ok_or_else(|| "day is out of range for month".to_owned())
}

fn week_day(text: &str, year: u32, week: u32, day: u32) -> Result<NaiveDate, String> {
    let weekday = day
        .checked_sub(1)
        .and_then(|day| u8::try_from(day).ok())
        .and_then(|day| Weekday::try_from(day).ok());
    if year == 0 && weekday.is_some() && (1..=52).contains(&week) {
        // Python counts into the year 0, and notices only when it looks at the month.
        return Err("month must be in 1..12".to_owned());
    }
    let found = weekday
        .zip(i32::try_from(year).ok().filter(|year| *year > 0))
        .and_then(|(weekday, year)| NaiveDate::from_isoywd_opt(year, week, weekday));
    match found {
        Some(day) if day.year() > 9999 => Err(format!("year {} is out of range", day.year())),
        Some(day) => Ok(day),
        None => Err(invalid(text)),
    }
}

fn invalid(text: &str) -> String {
    format!("Invalid isoformat string: {}", python::repr(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Result<String, String> {
        read(&Value::from(text)).map(|day| day.as_str().unwrap().to_owned())
    }

    /// What `CPython` 3.11.7 answers.
    #[test]
    fn days_are_read_as_python_reads_them() {
        for (text, day) in [
            ("2024-01-05", "2024-01-05"),
            ("20240105", "2024-01-05"),
            ("2024-W01-5", "2024-01-05"),
            ("2024W015", "2024-01-05"),
            ("2024-W01", "2024-01-01"),
            ("2024W01", "2024-01-01"),
            ("2020-W53-7", "2021-01-03"),
            ("20240105xx", "2024-01-05"),
            ("2024W01100", "2024-01-01"),
            ("0001-01-01", "0001-01-01"),
            ("9999-12-31", "9999-12-31"),
        ] {
            assert_eq!(told(text).as_deref(), Ok(day), "{text}");
        }
        let number = Value::from(86400);
        assert_eq!(read(&number), Ok(number));
    }

    #[test]
    fn what_is_no_day_is_refused_in_its_words() {
        for (text, reason) in [
            ("", "Invalid isoformat string: ''"),
            ("06/05/2024", "Invalid isoformat string: '06/05/2024'"),
            ("it's", "Invalid isoformat string: \"it's\""),
            ("2024-02-30", "day is out of range for month"),
            ("20240230", "day is out of range for month"),
            ("2024-13-01", "month must be in 1..12"),
            ("2024-00-10", "month must be in 1..12"),
            ("0000-01-01", "year 0 is out of range"),
            ("0000-W01-1", "month must be in 1..12"),
            ("0000-W53-1", "Invalid isoformat string: '0000-W53-1'"),
            ("9999-W52-7", "year 10000 is out of range"),
            ("2024-W53-1", "Invalid isoformat string: '2024-W53-1'"),
            ("2024-W01-8", "Invalid isoformat string: '2024-W01-8'"),
            ("2024-W01x5", "Invalid isoformat string: '2024-W01x5'"),
            ("2024-W011", "Invalid isoformat string: '2024-W011'"),
            ("2024-0105x", "Invalid isoformat string: '2024-0105x'"),
            ("2024-1-05", "Invalid isoformat string: '2024-1-05'"),
            ("2024-01-05 ", "Invalid isoformat string: '2024-01-05 '"),
        ] {
            assert_eq!(told(text), Err(reason.to_owned()), "{text}");
        }
    }
}
