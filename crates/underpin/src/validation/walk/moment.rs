//! Days, times of day and date-times, read by the parser that Pydantic itself uses.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use serde_json::Value;
use speedate::{
    Date, DateTime, DateTimeConfig, MicrosecondsPrecisionOverflowBehavior, ParseError, Time,
    TimeConfig,
};
use strum::EnumMessage;

use super::{Walker, number::float};

const TIME: TimeConfig = TimeConfig {
    microseconds_precision_overflow_behavior: MicrosecondsPrecisionOverflowBehavior::Truncate,
    unix_timestamp_offset: Some(0),
};

/// Why a value is not a moment: Pydantic's words depend on where it was noticed.
enum Refused {
    /// Neither text nor a number.
    Type,
    /// A number, or a text that begins as a date-time.
    Moment(String),
    /// A text that is not a date either.
    Day(String),
}

impl Walker<'_> {
    /// `aware`: the coerced text ends with the offset `Z`.
    pub(super) fn date_time(&mut self, value: &Value, aware: bool) -> Option<Value> {
        let msg = "Input should be a valid datetime";
        let moment = match read_date_time(value) {
            Ok(moment) => moment,
            Err(Refused::Type) => return self.fault("datetime_type", msg, value),
            Err(Refused::Moment(reason)) => {
                return self.because("datetime_parsing", msg, &reason, value);
            }
            Err(Refused::Day(reason)) => {
                let msg = "Input should be a valid datetime or date";
                return self.because("datetime_from_date_parsing", msg, &reason, value);
            }
        };
        // ISO 8601, with as many digits of the fraction as needed; far cheaper than `format`.
        match in_utc(&moment) {
            Ok(moment) => Some(Value::from(format!(
                "{moment:?}{}",
                if aware { "Z" } else { "" }
            ))),
            Err(year) => {
                let reason = format!("year {year} is out of range");
                self.because("datetime_parsing", msg, &reason, value)
            }
        }
    }

    /// A day, or a date-time at midnight.
    pub(super) fn date(&mut self, value: &Value) -> Option<Value> {
        let day = match read_date(value) {
            Ok(day) => day,
            Err(fault) => return self.not_a_date(&fault, value),
        };
        if day.year == 0 {
            let msg = "Input should be a valid date in the format YYYY-MM-DD";
            return self.because("date_parsing", msg, "year 0 is out of range", value);
        }
        Some(Value::from(day.to_string()))
    }

    fn not_a_date(&mut self, fault: &DateFault, value: &Value) -> Option<Value> {
        match fault {
            DateFault::Type => self.fault("date_type", "Input should be a valid date", value),
            DateFault::Inexact => {
                let msg = "Datetimes provided to dates should have zero time - e.g. be exact dates";
                self.fault("date_from_datetime_inexact", msg, value)
            }
            DateFault::Unreadable(reason) => {
                let msg = "Input should be a valid date or datetime";
                self.because("date_from_datetime_parsing", msg, reason, value)
            }
        }
    }

    pub(super) fn time(&mut self, value: &Value) -> Option<Value> {
        let read = match value {
            Value::String(text) => Time::parse_bytes_with_config(text.as_bytes(), &TIME)
                .map_err(|error| reason(&error)),
            Value::Number(number) => time_of_number(float(number)),
            _ => return self.fault("time_type", "Input should be a valid time", value),
        };
        match read {
            Ok(time) => Some(Value::from(format!("{:?}", clock(&time)))),
            Err(reason) => self.because(
                "time_parsing",
                "Input should be in a valid time format",
                &reason,
                value,
            ),
        }
    }
}

fn config() -> DateTimeConfig {
    DateTimeConfig {
        time_config: TIME,
        ..DateTimeConfig::default()
    }
}

/// The parser's own words, which are Pydantic's.
fn reason(error: &ParseError) -> String {
    error.get_documentation().unwrap_or_default().to_owned()
}

fn read_date_time(value: &Value) -> Result<DateTime, Refused> {
    match value {
        Value::String(text) => {
            let bytes = text.as_bytes();
            DateTime::parse_bytes_with_config(bytes, &config()).or_else(|_| {
                let date =
                    Date::parse_bytes(bytes).map_err(|error| Refused::Day(reason(&error)))?;
                let midnight = Time {
                    hour: 0,
                    minute: 0,
                    second: 0,
                    microsecond: 0,
                    tz_offset: None,
                };
                Ok(DateTime {
                    date,
                    time: midnight,
                })
            })
        }
        Value::Number(number) => {
            moment_of_number(number.as_str(), float(number)).map_err(Refused::Moment)
        }
        _ => Err(Refused::Type),
    }
}

/// Seconds since 1970, or milliseconds if there are too many of them.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, and what saturates is out of range; the fraction is not negative"
)]
fn moment_of_number(text: &str, number: f64) -> Result<DateTime, String> {
    if number.is_nan() {
        return Err("NaN values not permitted".to_owned());
    }
    let (whole, microseconds) = match text.parse() {
        Ok(whole) => (whole, 0),
        Err(_) => (
            number.floor() as i64,
            (number.fract().abs() * 1e6).round() as u32,
        ),
    };
    // Far beyond every year, and not all arithmetic on the way is checked.
    let whole = whole.clamp(-1_000_000_000_000_000, 1_000_000_000_000_000);
    DateTime::from_timestamp_with_config(whole, microseconds, &config())
        .map_err(|error| reason(&error))
}

enum DateFault {
    Type,
    Inexact,
    Unreadable(String),
}

fn read_date(value: &Value) -> Result<Date, DateFault> {
    if let Some(Ok(day)) = value
        .as_str()
        .map(|text| Date::parse_bytes(text.as_bytes()))
    {
        return Ok(day);
    }
    let moment = match value {
        Value::String(text) => DateTime::parse_bytes_with_config(text.as_bytes(), &config())
            .map_err(|error| Refused::Moment(reason(&error))),
        _ => read_date_time(value),
    };
    match moment {
        Ok(moment) if midnight(&moment.time) => Ok(moment.date),
        Ok(_) => Err(DateFault::Inexact),
        Err(Refused::Type) => Err(DateFault::Type),
        Err(Refused::Moment(reason) | Refused::Day(reason)) => Err(DateFault::Unreadable(reason)),
    }
}

fn midnight(time: &Time) -> bool {
    time.hour == 0 && time.minute == 0 && time.second == 0 && time.microsecond == 0
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, and what saturates is out of range"
)]
fn time_of_number(number: f64) -> Result<Time, String> {
    if number.is_nan() {
        return Err("NaN values not permitted".to_owned());
    }
    if number < 0.0 {
        return Err("time in seconds should be positive".to_owned());
    }
    let microseconds = (number.fract() * 1e6).round() as u32;
    Time::from_timestamp_with_config(number.floor() as u32, microseconds, &TIME)
        .map_err(|error| reason(&error))
}

fn clock(time: &Time) -> NaiveTime {
    let (hour, minute) = (u32::from(time.hour), u32::from(time.minute));
    NaiveTime::from_hms_micro_opt(hour, minute, u32::from(time.second), time.microsecond)
        .unwrap_or_default()
}

/// What the clocks of Greenwich showed, or the year that Python does not know.
fn in_utc(moment: &DateTime) -> Result<NaiveDateTime, i32> {
    let date = &moment.date;
    let year = i32::from(date.year);
    let day = NaiveDate::from_ymd_opt(year, u32::from(date.month), u32::from(date.day));
    let local = day.ok_or(year)?.and_time(clock(&moment.time));
    let offset = TimeDelta::seconds(i64::from(moment.time.tz_offset.unwrap_or(0)));
    let moment = local.checked_sub_signed(offset).ok_or(year)?;
    if (1..=9999).contains(&moment.year()) && year > 0 {
        Ok(moment)
    } else {
        Err(moment.year())
    }
}
