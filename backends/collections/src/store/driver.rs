//! The index by which a list is looked through: the one that finds the fewest candidates.

use underpin::Result;

use super::{
    Store, counts,
    index::{
        Of,
        ranges::{Part, Ranges},
        spec::Spec,
        statements,
    },
    plan::{SOME, signed},
    repository::Shelf,
};
use crate::app::{query::Condition, value::Path};

/// Paths of one request's conditions for which indexes are made.
const INDEXED: usize = 3;

/// What an index finds for a condition, or for those on one path among those that must all be met.
pub(super) struct Driver {
    /// Where the values lie.
    pub(super) path: Path,
    pub(super) index: i64,
    /// Those with entries.
    pub(super) parts: Vec<Part>,
    /// How many entries; from [`SOME`] on it may be more.
    pub(super) count: i64,
    /// Whether `count` is exactly how many there are.
    is_counted: bool,
    /// Whether it is for the whole condition.
    pub(super) is_whole: bool,
}

impl Driver {
    /// Whether all that it finds meets its condition.
    pub(super) fn is_exact(&self) -> bool {
        self.parts.iter().all(|part| part.exact)
    }

    /// The key that all records have which it finds, if it is one.
    pub(super) fn single_key(&self) -> Option<&[u8]> {
        match self.parts.as_slice() {
            [part] => part.single(),
            _ => None,
        }
    }

    /// The key that the records have which meet the whole condition, and no others, if there is such a key.
    pub(super) fn only_key(&self) -> Option<&[u8]> {
        match self.parts.as_slice() {
            [part] if part.exact && self.is_whole => part.single(),
            _ => None,
        }
    }

    /// How many records meet the whole condition, if that is known by now.
    pub(super) fn total(&self) -> Option<u64> {
        let is_known = self.is_counted && self.is_whole && self.is_exact();
        is_known.then(|| u64::try_from(self.count).unwrap_or(0))
    }
}

impl Store {
    /// The index that finds the fewest candidates.
    pub(super) async fn driver(
        &self,
        list: &Shelf,
        condition: &Condition,
    ) -> Result<Option<Driver>> {
        let parts = match condition {
            Condition::And(parts) => parts.as_slice(),
            other => std::slice::from_ref(other),
        };
        let mut best: Option<Driver> = None;
        for Lookup {
            path,
            ranges,
            conditions,
        } in lookups(parts).into_iter().take(INDEXED)
        {
            let is_whole = conditions.len() == parts.len();
            let Some(index) = self.index(list, &Of::Keys(Spec::of_path(path))).await? else {
                continue;
            };
            let most = best.as_ref().map_or(SOME, |best| best.count);
            let none = Driver {
                path: path.clone(),
                index,
                parts: Vec::new(),
                count: 0,
                is_counted: true,
                is_whole,
            };
            let is_of_keys = ranges.0.iter().all(|part| key_of(part).is_some());
            let known = match conditions.as_slice() {
                _ if is_of_keys => None,
                [one] => self.known_total(list, one),
                _ if is_whole => self.known_total(list, condition),
                _ => None,
            };
            let found = match known {
                Some(known) => self.found_by(none, ranges, known, most).await?,
                None => self.counted(list, none, ranges, most).await?,
            };
            if found.count < most || best.is_none() {
                best = Some(found);
            }
        }
        Ok(best)
    }

    /// Counts entries.
    async fn counted(
        &self,
        list: &Shelf,
        mut found: Driver,
        ranges: Ranges,
        most: i64,
    ) -> Result<Driver> {
        for part in ranges.0 {
            let left = (most - found.count).max(1);
            let count = match key_of(&part) {
                // To the end, since it is remembered.
                Some(key) if found.is_whole => {
                    self.with_key(list, found.index, key, i64::MAX).await?
                }
                Some(key) => self.with_key(list, found.index, key, left).await?,
                None => {
                    statements::count(found.index, &part.keys, left)
                        .fetch_one(&self.repository().db)
                        .await?
                }
            };
            found.is_counted &= found.is_whole && key_of(&part).is_some() || count < left;
            if count > 0 {
                found.count += count;
                found.parts.push(part);
            }
        }
        Ok(found)
    }

    /// Where the number is `known`: only looks which parts have any.
    async fn found_by(
        &self,
        mut found: Driver,
        ranges: Ranges,
        known: u64,
        most: i64,
    ) -> Result<Driver> {
        for part in ranges.0 {
            let any: i64 = statements::count(found.index, &part.keys, 1)
                .fetch_one(&self.repository().db)
                .await?;
            found.parts.extend((any > 0).then_some(part));
        }
        // An index that is not exact finds others too, and how many is not known.
        found.is_counted = found.is_exact();
        found.count = if found.is_counted {
            signed(known)
        } else {
            most
        };
        Ok(found)
    }

    /// How many entries have the key: remembered, or counted now; from `most` on, `most`.
    async fn with_key(&self, list: &Shelf, index: i64, key: &[u8], most: i64) -> Result<i64> {
        if let Some(count) = self.0.keys.get(index, key, list.version) {
            return Ok(count);
        }
        let counting = self.0.keys.count(index);
        let counted: Option<(i64, i64)> = statements::count_key(list.id, index, key, most)
            .fetch_optional(&self.repository().db)
            .await?;
        let Some((version, count)) = counted else {
            return Ok(0);
        };
        if count < most {
            counting.keep(key, version, count);
        }
        Ok(count)
    }
}

/// The only key of the part, if how many have it is worth remembering.
fn key_of(part: &Part) -> Option<&[u8]> {
    part.single().filter(|key| counts::is_kept(key))
}

/// What is looked up in one index.
struct Lookup<'c> {
    path: &'c Path,
    /// Of records that meet all of the conditions.
    ranges: Ranges,
    conditions: Vec<&'c Condition>,
}

/// Conditions on one path are looked up together: a value from here to there is two of them.
fn lookups(parts: &[Condition]) -> Vec<Lookup<'_>> {
    let mut all: Vec<Lookup<'_>> = Vec::new();
    for (condition, path, ranges) in parts.iter().filter_map(ranges_of) {
        match all.iter_mut().find(|known| known.path == path) {
            Some(known) => {
                known.ranges = known.ranges.and(&ranges);
                known.conditions.push(condition);
            }
            None => all.push(Lookup {
                path,
                ranges,
                conditions: vec![condition],
            }),
        }
    }
    all
}

/// A condition, and the path and keys by which an index finds what meets it.
fn ranges_of(condition: &Condition) -> Option<(&Condition, &Path, Ranges)> {
    match condition {
        Condition::Leaf(leaf) if !leaf.no_way_is_met => {
            Some((condition, &leaf.path, Ranges::of(&leaf.test)?))
        }
        Condition::Or(parts) => {
            let mut parts = parts.iter().map(ranges_of);
            let (_, path, mut ranges) = parts.next()??;
            for part in parts {
                let (_, other, more) = part?;
                if other != path {
                    return None;
                }
                ranges = ranges.or(more);
            }
            Some((condition, path, ranges))
        }
        _ => None,
    }
}
