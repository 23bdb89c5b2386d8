//! Instants as the API writes them (contract section 2): UTC without saying so, six digits of fraction or none.

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

impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_isoformat(formatter, self.0)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Model for Timestamp {
    fn schema() -> Schema {
        Schema::NaiveDateTime
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

    #[test]
    fn six_digits_or_none_and_no_offset() {
        for (micros, written) in [
            (1_795_244_294_195_331, "2026-11-21T06:58:14.195331"),
            (1_795_244_294_000_000, "2026-11-21T06:58:14"),
            (1_795_244_294_120_000, "2026-11-21T06:58:14.120000"),
            (1_795_244_294_000_001, "2026-11-21T06:58:14.000001"),
        ] {
            let instant = DateTime::from_timestamp_micros(micros).unwrap();
            assert_eq!(Timestamp(instant).to_string(), written);
        }
    }
}
