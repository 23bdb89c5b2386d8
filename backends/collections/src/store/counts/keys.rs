//! How many records have a key of an index. A write costs two look-ups per index however many counts are remembered,
//! so that these are thousands, where of other conditions only a few are.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Counts at most, over all indexes. With the longest keys they take 2 MB.
pub(super) const MOST: usize = if cfg!(test) { 12 } else { 8192 };

/// The longest key that is remembered, in bytes.
const LONGEST: usize = 128;

/// What a change did to a record's entry in an index.
#[derive(Clone, Debug)]
pub(in super::super) struct Move {
    pub(in super::super) resource: i64,
    pub(in super::super) index: i64,
    pub(in super::super) from: Option<Vec<u8>>,
    pub(in super::super) to: Option<Vec<u8>>,
}

/// Counts, by index and key.
#[derive(Debug)]
pub(in super::super) struct Keys {
    /// Whether nobody else writes: then a count stays right, since every write adjusts it.
    is_alone: bool,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    indexes: HashMap<i64, OfIndex>,
    length: usize,
}

#[derive(Debug, Default)]
struct OfIndex {
    counts: HashMap<Vec<u8>, Count>,
    /// What the resource is where others write, too: counts of another version are worth nothing.
    version: i64,
    /// Counts that are being made: until they are, changes are noted here with their versions.
    under_way: usize,
    noted: Vec<(i64, Move)>,
}

#[derive(Debug)]
struct Count {
    /// What the resource was when it was counted; later changes are added as they come.
    version: i64,
    records: i64,
    /// Whether anybody asked since the last time that room was made.
    is_used: bool,
}

/// A count that is being made. Until it is dropped, changes are noted for it.
pub(in super::super) struct Counting<'k> {
    keys: &'k Keys,
    index: i64,
}

/// Whether the count of a key would be remembered.
pub(in super::super) fn is_kept(key: &[u8]) -> bool {
    key.len() <= LONGEST
}

impl Keys {
    pub(in super::super) fn new(is_alone: bool) -> Self {
        let kept = Mutex::default();
        Self { is_alone, kept }
    }

    /// How many are remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let kept = self.kept();
        let counts = kept.indexes.values().map(|of| of.counts.len());
        assert_eq!(kept.length, counts.sum::<usize>());
        kept.length
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The count, if it is known. If others write too, only that of exactly this version is.
    pub(in super::super) fn get(&self, index: i64, key: &[u8], version: i64) -> Option<i64> {
        let mut kept = self.kept();
        let of = kept.indexes.get_mut(&index)?;
        if !self.is_alone && of.version != version {
            return None;
        }
        let count = of.counts.get_mut(key)?;
        count.is_used = true;
        Some(count.records)
    }

    /// Begins a count.
    pub(in super::super) fn count(&self, index: i64) -> Counting<'_> {
        let mut kept = self.kept();
        kept.indexes.entry(index).or_default().under_way += 1;
        Counting { keys: self, index }
    }

    /// Adds what a set of changes, which made the resource `version`, does to the counts.
    pub(in super::super) fn adjust<'m>(&self, version: i64, moves: impl Iterator<Item = &'m Move>) {
        let mut kept = self.kept();
        for moved in moves {
            let Some(of) = kept.indexes.get_mut(&moved.index) else {
                continue;
            };
            if self.is_alone {
                of.adjust(version, moved);
                if of.under_way > 0 {
                    of.noted.push((version, moved.clone()));
                }
            } else if version == of.version || version == of.version + 1 {
                // No write of anybody else came between.
                of.adjust(version, moved);
                of.version = version;
            }
        }
    }
}

impl OfIndex {
    fn adjust(&mut self, version: i64, moved: &Move) {
        for (key, by) in [(&moved.from, -1), (&moved.to, 1)] {
            let count = key.as_ref().and_then(|key| self.counts.get_mut(key));
            if let Some(count) = count.filter(|count| version > count.version) {
                count.records += by;
            }
        }
    }
}

impl Kept {
    /// Lets those go that nobody asked for since the last time, or all.
    fn make_room(&mut self) {
        for all in [false, true] {
            if self.length < MOST {
                break;
            }
            self.indexes.retain(|_, of| {
                of.counts
                    .retain(|_, count| std::mem::take(&mut count.is_used) && !all);
                of.under_way > 0 || !of.counts.is_empty()
            });
            let counts = self.indexes.values().map(|of| of.counts.len());
            self.length = counts.sum();
        }
    }
}

impl Counting<'_> {
    /// Remembers that `records` had `key` when the resource was `version`. Changes noted meanwhile are added.
    pub(in super::super) fn keep(self, key: &[u8], version: i64, records: i64) {
        if !is_kept(key) {
            return;
        }
        let mut kept = self.keys.kept();
        kept.make_room();
        let kept = &mut *kept;
        let Some(of) = kept.indexes.get_mut(&self.index) else {
            return;
        };
        let mut records = records;
        if self.keys.is_alone {
            for (_, moved) in of.noted.iter().filter(|(noted, _)| *noted > version) {
                records -= i64::from(moved.from.as_deref() == Some(key));
                records += i64::from(moved.to.as_deref() == Some(key));
            }
        } else if version > of.version {
            kept.length -= of.counts.len();
            of.counts.clear();
            of.version = version;
        } else if version < of.version {
            return;
        }
        let count = Count {
            version,
            records,
            is_used: true,
        };
        if of.counts.insert(key.to_owned(), count).is_none() {
            kept.length += 1;
        }
    }
}

impl Drop for Counting<'_> {
    fn drop(&mut self) {
        let mut kept = self.keys.kept();
        if let Some(of) = kept.indexes.get_mut(&self.index) {
            of.under_way = of.under_way.saturating_sub(1);
            if of.under_way == 0 {
                of.noted = Vec::new();
            }
        }
    }
}
