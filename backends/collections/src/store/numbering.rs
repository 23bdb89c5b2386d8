//! The next number for a new record: the greatest plus one, and never twice, however many ask at once.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use underpin::Result;

use super::{
    Store,
    repository::{Repository, Shelf, numbers_of, records_at},
};
use crate::app::value::{Json, less};

/// What is known of the numbers of each resource, by its id.
#[derive(Debug, Default)]
pub(super) struct Numbering(Mutex<HashMap<i64, Numbers>>);

#[derive(Debug, Default)]
struct Numbers {
    /// Given out, and not yet known to be kept or not.
    pending: Vec<f64>,
    /// The next one, where nobody else writes: until a record is removed.
    next: Option<f64>,
    /// Counts what makes `next` wrong.
    changes: u64,
}

/// What a new record is to be called.
pub(super) enum Next<'n> {
    Number(Taken<'n>),
    /// The ids are no numbers.
    Random,
    /// The greatest number has no next one.
    Exhausted,
}

/// A number that nobody else is given while this is held.
pub(super) struct Taken<'n> {
    numbering: &'n Numbering,
    resource: i64,
    pub(super) number: f64,
}

impl Numbering {
    fn all(&self) -> MutexGuard<'_, HashMap<i64, Numbers>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A record of this resource was removed, or someone else has written.
    pub(super) fn forget(&self, resource: i64) {
        if let Some(numbers) = self.all().get_mut(&resource) {
            numbers.next = None;
            numbers.changes += 1;
        }
    }

    /// The next number, if that is known without asking the database.
    fn known(&self, resource: i64) -> Result<Taken<'_>, u64> {
        let mut all = self.all();
        let numbers = all.entry(resource).or_default();
        let number = numbers.next.ok_or(numbers.changes)?;
        numbers.next = Some(number + 1.0);
        numbers.pending.push(number);
        drop(all);
        Ok(self.taken(resource, number))
    }

    /// The number after `greatest` and after all that are pending.
    fn after(&self, resource: i64, greatest: f64, changes: Option<u64>) -> Option<Taken<'_>> {
        let mut all = self.all();
        let numbers = all.entry(resource).or_default();
        let greatest = numbers.pending.iter().copied().fold(greatest, f64::max);
        let number = greatest + 1.0;
        if number <= greatest {
            return None;
        }
        if changes == Some(numbers.changes) {
            numbers.next = Some(number + 1.0);
        }
        numbers.pending.push(number);
        drop(all);
        Some(self.taken(resource, number))
    }

    fn taken(&self, resource: i64, number: f64) -> Taken<'_> {
        Taken {
            numbering: self,
            resource,
            number,
        }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut all = self.numbering.all();
        if let Some(numbers) = all.get_mut(&self.resource) {
            numbers
                .pending
                .retain(|number| number.to_bits() != self.number.to_bits());
        }
    }
}

impl Store {
    /// What a new record of `list` is to be called, by v0's rule; with `texts`, counting texts like `"12"` too.
    pub(super) async fn next_id(&self, list: &Shelf, texts: bool) -> Result<Next<'_>> {
        let numbering = &self.0.numbering;
        let is_alone = self.repository().is_alone();
        let changes = match numbering.known(list.id) {
            Ok(taken) if is_alone && taken.number < 2_f64.powi(53) => {
                return Ok(Next::Number(taken));
            }
            Ok(_) => None,
            Err(changes) => is_alone.then_some(changes),
        };
        let Some(now) = self.repository().shelf(&list.name).await? else {
            return Ok(Next::Exhausted);
        };
        let greatest = match (now.number_ids, now.other_ids) {
            _ if texts => self.greatest(&now).await?,
            (0, 0) => 0.0,
            (_, 0) => self.greatest(&now).await?,
            (0, _) => return Ok(Next::Random),
            (_, _) => match self.greatest_of_mixed(&now).await? {
                Json::Number(number) => number,
                _ => return Ok(Next::Random),
            },
        };
        let taken = numbering.after(list.id, greatest, changes);
        Ok(taken.map_or(Next::Exhausted, Next::Number))
    }

    async fn greatest(&self, list: &Shelf) -> Result<f64> {
        let greatest = self.repository().greatest_id(list.id).await?;
        Ok(greatest.unwrap_or(0.0))
    }

    /// The greatest of ids of several types, where the result depends on their order: as the original finds it.
    async fn greatest_of_mixed(&self, of: &Shelf) -> Result<Json> {
        let mut snapshot = self.repository().db.snapshot().await?;
        let (mut greatest, mut after) = (Json::Null, numbers_of(of.id).start - 1);
        loop {
            let query = Repository::following(of.id, after, 512);
            let records = records_at(query, &mut snapshot).await?;
            let Some(last) = records.last() else {
                return Ok(greatest);
            };
            after = last.number;
            for record in &records {
                let json = record.json()?;
                let id = json
                    .as_object()
                    .and_then(|object| object.get(self.id_name()));
                let Some(id) = id.filter(|id| **id != Json::Null) else {
                    continue;
                };
                if greatest == Json::Null || less(&greatest, id) {
                    greatest = id.clone();
                }
            }
        }
    }
}
