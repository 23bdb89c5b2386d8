//! How many records meet a condition, whatever it is. Where nobody else writes, each write tests what it changes by
//! each condition: so that these are few.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::app::{query::Condition, value::Json};

/// Counts per resource; beyond, the one that was not used for longest goes.
const MOST: usize = 16;

/// Resources with counts.
const RESOURCES: usize = 256;

/// Longest text of a condition that is remembered.
const LONGEST: usize = 2048;

/// What one change made of a record.
#[derive(Clone, Debug)]
pub(in super::super) struct Delta {
    pub(in super::super) resource: i64,
    pub(in super::super) old: Option<Json>,
    pub(in super::super) new: Option<Json>,
}

/// Counts, by the resource's id.
#[derive(Debug, Default)]
pub(in super::super) struct Facts(Mutex<HashMap<i64, Counts>>);

#[derive(Debug, Default)]
struct Counts {
    kept: Vec<Count>,
    /// Counts that are being made: until they are, changes are noted here with their versions.
    under_way: usize,
    /// `None` for a change that nobody thought worth telling when it was made.
    noted: Vec<(i64, Option<Delta>)>,
    uses: u64,
}

#[derive(Debug)]
struct Count {
    name: String,
    condition: Condition,
    /// Of what the resource was when it was counted; later changes are added as they come.
    version: i64,
    records: i64,
    used: u64,
}

/// A count that is being made. Until it is dropped, changes are noted for it.
pub(in super::super) struct Counting<'f> {
    facts: &'f Facts,
    resource: i64,
}

impl Facts {
    fn all(&self) -> MutexGuard<'_, HashMap<i64, Counts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether changes of the resource have to be told.
    pub(in super::super) fn are_kept(&self, resource: i64) -> bool {
        let all = self.all();
        all.get(&resource)
            .is_some_and(|counts| !counts.kept.is_empty() || counts.under_way > 0)
    }

    /// The count, if it is known. If others write too, only that of exactly this version is.
    pub(in super::super) fn get(
        &self,
        resource: i64,
        condition: &Condition,
        version: Option<i64>,
    ) -> Option<u64> {
        let name = name_of(condition)?;
        let mut all = self.all();
        let counts = all.get_mut(&resource)?;
        counts.uses += 1;
        let now = counts.uses;
        let found = counts.kept.iter_mut().find(|count| count.name == name)?;
        if version.is_some_and(|version| version != found.version) {
            return None;
        }
        found.used = now;
        u64::try_from(found.records).ok()
    }

    /// Begins a count.
    pub(in super::super) fn count(&self, resource: i64) -> Counting<'_> {
        let mut all = self.all();
        if all.len() >= RESOURCES && !all.contains_key(&resource) {
            all.retain(|_, counts| counts.under_way > 0);
        }
        all.entry(resource).or_default().under_way += 1;
        Counting {
            facts: self,
            resource,
        }
    }

    /// Adds what a set of changes, which made the resource `version`, does to the counts. If `deltas` were not
    /// told, since nothing was counted yet when the set was made, what was counted meanwhile is worth nothing.
    pub(in super::super) fn adjust<'d>(
        &self,
        resource: i64,
        version: i64,
        deltas: Option<impl Iterator<Item = &'d Delta>>,
    ) {
        let mut all = self.all();
        let Some(counts) = all.get_mut(&resource) else {
            return;
        };
        let Some(deltas) = deltas else {
            counts.kept.retain(|count| count.version >= version);
            if counts.under_way > 0 {
                counts.noted.push((version, None));
            }
            return;
        };
        for delta in deltas {
            for count in &mut counts.kept {
                count.add(version, delta);
            }
            if counts.under_way > 0 {
                counts.noted.push((version, Some(delta.clone())));
            }
        }
    }
}

impl Count {
    fn add(&mut self, version: i64, delta: &Delta) {
        if version > self.version {
            let meets = |side: &Option<Json>| {
                i64::from(
                    side.as_ref()
                        .is_some_and(|json| self.condition.matches(json)),
                )
            };
            self.records += meets(&delta.new) - meets(&delta.old);
        }
    }
}

impl Counting<'_> {
    /// Remembers that `count` records met `condition` when the resource was `version`.
    /// Changes noted meanwhile are added.
    pub(in super::super) fn keep(self, condition: &Condition, version: i64, count: u64) {
        let Some(name) = name_of(condition) else {
            return;
        };
        let mut all = self.facts.all();
        let Some(counts) = all.get_mut(&self.resource) else {
            return;
        };
        counts.uses += 1;
        let mut made = Count {
            name,
            condition: condition.clone(),
            version,
            records: i64::try_from(count).unwrap_or(i64::MAX),
            used: counts.uses,
        };
        for (noted, delta) in &counts.noted {
            match delta {
                Some(delta) => made.add(*noted, delta),
                None if *noted > version => return,
                None => {}
            }
        }
        counts.kept.retain(|count| count.name != made.name);
        if counts.kept.len() >= MOST {
            let oldest = counts
                .kept
                .iter()
                .enumerate()
                .min_by_key(|(_, count)| count.used);
            if let Some((at, _)) = oldest {
                counts.kept.swap_remove(at);
            }
        }
        counts.kept.push(made);
    }
}

impl Drop for Counting<'_> {
    fn drop(&mut self) {
        let mut all = self.facts.all();
        if let Some(counts) = all.get_mut(&self.resource) {
            counts.under_way = counts.under_way.saturating_sub(1);
            if counts.under_way == 0 {
                counts.noted = Vec::new();
            }
        }
    }
}

/// What a condition is remembered by. One with an expression that may be given up is not: what it finds is what one
/// request had the patience for.
fn name_of(condition: &Condition) -> Option<String> {
    if condition.may_be_exhausted() {
        return None;
    }
    let name = format!("{condition:?}");
    (name.len() <= LONGEST).then_some(name)
}
