//! Which exchanges are judged. All before the last of them are sent: later ones need their ids.

use std::{ops::RangeInclusive, str::FromStr};

use crate::har::{Exchange, Recording};

/// Numbers and tags to judge; empty means everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Numbers such as `3,10-14`.
    pub numbers: Option<Numbers>,
    /// Tags of which an exchange needs one.
    pub tags: Vec<String>,
    /// Scenarios to replay; empty means all.
    pub pages: Vec<String>,
}

/// A list of numbers and ranges of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers(Vec<RangeInclusive<usize>>);

impl FromStr for Numbers {
    type Err = String;

    fn from_str(text: &str) -> Result<Numbers, String> {
        let number = |text: &str| {
            text.trim()
                .parse::<usize>()
                .map_err(|_| format!("`{text}` is no exchange number"))
        };
        let range = |part: &str| match part.split_once('-') {
            Some((from, to)) => Ok(number(from)?..=number(to)?),
            None => number(part).map(|n| n..=n),
        };
        let ranges = text
            .split(',')
            .map(range)
            .collect::<Result<Vec<_>, String>>()?;
        match ranges.iter().find(|range| range.is_empty()) {
            Some(range) => Err(format!("{}-{} is empty", range.start(), range.end())),
            None => Ok(Numbers(ranges)),
        }
    }
}

impl Selection {
    /// Whether this scenario is replayed.
    pub fn has_page(&self, page: &str) -> bool {
        self.pages.is_empty() || self.pages.iter().any(|own| own == page)
    }

    /// Whether this exchange is judged.
    pub fn includes(&self, exchange: &Exchange) -> bool {
        let number =
            |Numbers(ranges): &Numbers| ranges.iter().any(|r| r.contains(&exchange.number));
        self.numbers.as_ref().is_none_or(number)
            && (self.tags.is_empty() || self.tags.iter().any(|tag| exchange.has_tag(tag)))
    }

    /// How many exchanges must be sent, so that all judged ones are among them.
    pub fn last(&self, recording: &Recording) -> usize {
        let exchanges = &recording.exchanges;
        exchanges
            .iter()
            .rposition(|e| self.includes(e))
            .map_or(0, |at| at + 1)
    }
}
