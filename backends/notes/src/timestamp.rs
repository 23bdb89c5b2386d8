//! Instants as the API writes them (contract section 7): UTC, `+00:00`, six digits of fraction or none.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use underpin::{
    clock::write_isoformat,
    db::{Column, FromValue, Mismatch, Value},
    validation::{Model, Schema},
};

/// An instant, to the microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// The instant itself.
    pub fn instant(self) -> DateTime<Utc> {
        self.0
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_isoformat(formatter, self.0)?;
        formatter.write_str("+00:00")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Model for Timestamp {
    fn schema() -> Schema {
        Schema::String
    }
}

impl From<Timestamp> for Value {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0.into()
    }
}

impl FromValue for Timestamp {
    fn from_value(column: Column<'_>) -> Result<Self, Mismatch> {
        DateTime::from_value(column).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(micros: i64) -> String {
        Timestamp(DateTime::from_timestamp_micros(micros).unwrap()).to_string()
    }

    #[test]
    fn six_digits_or_none() {
        assert_eq!(written(1_767_315_845_000_000), "2026-01-02T01:04:05+00:00");
        assert_eq!(
            written(1_767_315_845_120_000),
            "2026-01-02T01:04:05.120000+00:00"
        );
        assert_eq!(
            written(1_767_315_845_000_001),
            "2026-01-02T01:04:05.000001+00:00"
        );
    }
}
