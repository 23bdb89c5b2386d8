//! Records looked at one after the other, in file order or in that of an index: those that meet a condition are shown.

use std::ops::Range;

use underpin::Result;

use super::{
    index::statements,
    listing::Reader,
    model::Record,
    plan::signed,
    repository::{Repository, numbers_of, record},
};
use crate::app::query::Condition;

/// Records of the first batch in which some are looked for, and of the largest.
const BATCHES: (u64, u64) = if cfg!(test) { (2, 8) } else { (32, 512) };

/// Records of a list that meet a condition, in file order.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) reader: Reader,
    resource: i64,
    condition: Condition,
    range: Range<u64>,
    batches: Batches,
    after: i64,
    seen: u64,
}

/// Those of an index between two keys, in its order.
#[derive(Debug)]
pub(super) struct Ordered {
    reader: Reader,
    index: i64,
    keys: Range<Vec<u8>>,
    condition: Condition,
    range: Range<u64>,
    batches: Batches,
    after: (Vec<u8>, i64),
    seen: u64,
}

/// How many records are read next: at first not many more than are wanted, then more and more.
#[derive(Debug)]
struct Batches(u64);

impl Batches {
    fn for_part(range: &Range<u64>) -> Self {
        let (first, largest) = BATCHES;
        Self(range.end.clamp(first, largest))
    }

    fn next(&mut self) -> i64 {
        let now = self.0;
        self.0 = BATCHES.1.min(2 * now);
        signed(now)
    }
}

impl Scan {
    /// `range`: which of those that meet the condition are wanted.
    pub(super) fn new(
        reader: Reader,
        resource: i64,
        condition: Condition,
        range: Range<u64>,
    ) -> Self {
        Self {
            reader,
            resource,
            condition,
            batches: Batches::for_part(&range),
            range,
            after: numbers_of(resource).start - 1,
            seen: 0,
        }
    }

    /// Begins again with the first.
    pub(super) fn rewind(&mut self) {
        self.after = numbers_of(self.resource).start - 1;
        self.seen = 0;
    }

    /// The next that are wanted; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Record>>> {
        let mut batch = Vec::new();
        while batch.is_empty() && self.seen < self.range.end {
            let limit = self.batches.next();
            let query = Repository::following(self.resource, self.after, limit);
            let records = self.reader.records(query).await?;
            let Some(last) = records.last() else {
                break;
            };
            self.after = last.number;
            for record in records {
                if meets(&self.condition, &record)? {
                    let shown = self.range.contains(&self.seen);
                    self.seen += 1;
                    batch.extend(shown.then_some(record));
                }
            }
        }
        Ok((!batch.is_empty()).then_some(batch))
    }
}

impl Ordered {
    /// `range`: which of those that meet the condition are wanted.
    pub(super) fn new(
        reader: Reader,
        (index, keys): (i64, Range<Vec<u8>>),
        condition: Condition,
        range: Range<u64>,
    ) -> Self {
        Self {
            reader,
            index,
            condition,
            batches: Batches::for_part(&range),
            range,
            after: before(&keys),
            keys,
            seen: 0,
        }
    }

    /// Begins again with the first.
    pub(super) fn rewind(&mut self) {
        self.after = before(&self.keys);
        self.seen = 0;
    }

    /// The next that are wanted; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Record>>> {
        let mut batch = Vec::new();
        while batch.is_empty() && self.seen < self.range.end {
            let (limit, end) = (self.batches.next(), &self.keys.end);
            let query = statements::following(self.index, &self.after, end, limit);
            let rows: Vec<(Vec<u8>, i64, i64, String)> = self.reader.fetch(query).await?;
            let Some((key, number, ..)) = rows.last() else {
                break;
            };
            self.after = (key.clone(), *number);
            for (_, number, stamp, body) in rows {
                let record = record((number, stamp, body));
                if meets(&self.condition, &record)? {
                    let shown = self.range.contains(&self.seen);
                    self.seen += 1;
                    batch.extend(shown.then_some(record));
                }
            }
        }
        Ok((!batch.is_empty()).then_some(batch))
    }
}

/// What no entry between the keys comes before or is.
fn before(keys: &Range<Vec<u8>>) -> (Vec<u8>, i64) {
    (keys.start.clone(), i64::MIN)
}

/// Whether `record` meets `condition`; what can be told without parsing it is.
pub(super) fn meets(condition: &Condition, record: &Record) -> Result<bool> {
    Ok(match condition {
        Condition::All => true,
        Condition::Search(search) if search.is_surely_not_in(&record.body) => false,
        condition => condition.matches(&record.json()?),
    })
}
