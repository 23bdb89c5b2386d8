//! Changes of records, as one set of statements: all or none, and none if what they rest on is no longer so.

use std::collections::BTreeMap;

use underpin::{
    Error, Result,
    db::{DbErrorKind, Query},
};

use super::{
    Store,
    identity::Identity,
    model::Record,
    repository::{Shelf, numbers_of, together},
};
use crate::app::value::Json;

/// One change of one record.
#[derive(Debug)]
pub(super) enum Change {
    Insert { body: Json },
    Update { old: Record, body: Json },
    Remove { old: Record },
}

/// Why a set was not kept.
#[derive(Debug)]
pub(super) enum Failure {
    /// What it rests on has changed: read again, and try again.
    Stale,
    /// An id is taken.
    Duplicate,
    /// The database refused.
    Refused(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error.database_kind() {
            Some(DbErrorKind::Unmet | DbErrorKind::Serialization) => Self::Stale,
            Some(DbErrorKind::Unique) => Self::Duplicate,
            _ => Self::Refused(error),
        }
    }
}

/// Changes of several resources.
#[derive(Debug, Default)]
pub(super) struct Changes(BTreeMap<i64, Part>);

#[derive(Debug)]
struct Part {
    shelf: Shelf,
    changes: Vec<Change>,
}

impl Changes {
    pub(super) fn add(&mut self, shelf: &Shelf, change: Change) {
        let part = self.0.entry(shelf.id).or_insert_with(|| Part {
            shelf: shelf.clone(),
            changes: Vec::new(),
        });
        part.changes.push(change);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many changes there are.
    pub(super) fn len(&self) -> usize {
        self.0.values().map(|part| part.changes.len()).sum()
    }

    /// Whether the change of this record is among them.
    pub(super) fn has(&self, record: &Record) -> bool {
        let changes = self.0.values().flat_map(|part| &part.changes);
        changes.into_iter().any(|change| match change {
            Change::Insert { .. } => false,
            Change::Update { old, .. } | Change::Remove { old } => old.number == record.number,
        })
    }
}

impl Store {
    /// Makes `changes` last, and returns the records that changes of the resource `of` made, in their order:
    /// of a removal the record as it was.
    pub(super) async fn commit(&self, changes: Changes, of: i64) -> Result<Vec<Record>, Failure> {
        let mut queries = Vec::with_capacity(changes.len() * 2);
        let mut records = Vec::new();
        for (resource, part) in changes.0 {
            let made = self.queries_of(part, &mut queries)?;
            if resource == of {
                records = made;
            }
        }
        let outcome = together::outcome(of);
        let _open = self.0.gate.read().await;
        let rows: Vec<(i64, i64, i64)> = self
            .repository()
            .db
            .fetch_together(queries, outcome)
            .await?;
        let (_, version, next_place) = *rows.first().ok_or(Failure::Stale)?;
        for record in &mut records {
            if record.number <= 0 {
                record.number += numbers_of(of).start + next_place;
            }
            record.stamp = version;
        }
        self.changed();
        Ok(records)
    }

    /// New records come with the negative distance of their number from the end that is not known yet.
    fn queries_of(&self, part: Part, queries: &mut Vec<Query>) -> Result<Vec<Record>> {
        let Part { shelf, changes } = part;
        let first = queries.len();
        let mut sums = together::Sums::default();
        let is_insert = |change: &&Change| matches!(change, Change::Insert { .. });
        let mut before_end = i64::try_from(changes.iter().filter(is_insert).count()).unwrap_or(0);
        let mut records = Vec::with_capacity(changes.len());
        for change in changes {
            match change {
                Change::Insert { body } => {
                    let identity = Identity::of(&body, self.id_name());
                    let (numbers, others) = identity.weights();
                    sums.inserted += 1;
                    sums.number_ids += numbers;
                    sums.other_ids += others;
                    let body = body.to_string();
                    queries.push(together::insert(shelf.id, before_end, identity, &body));
                    records.push(Record {
                        number: -before_end,
                        stamp: 0,
                        body,
                    });
                    before_end -= 1;
                }
                Change::Update { old, body } => {
                    let body = body.to_string();
                    queries.push(together::update(shelf.id, old.number, old.stamp, &body));
                    records.push(Record { body, ..old });
                }
                Change::Remove { old } => {
                    let (numbers, others) = Identity::of(&old.json()?, self.id_name()).weights();
                    sums.removed += 1;
                    sums.number_ids -= numbers;
                    sums.other_ids -= others;
                    queries.push(together::remove(old.number, old.stamp));
                    self.0.numbering.forget(shelf.id);
                    records.push(old);
                }
            }
        }
        queries.insert(first, together::touch(shelf.id, shelf.indexes, sums));
        Ok(records)
    }
}
