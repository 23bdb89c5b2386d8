//! Changes of records, as one set of statements: all or none, and none if what they rest on is no longer so.

use std::collections::BTreeMap;

use underpin::{
    Error, Result,
    db::{DbErrorKind, Query},
};

use super::{
    Store,
    facts::Delta,
    identity::Identity,
    index::{Index, statements},
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
    list: Shelf,
    changes: Vec<Change>,
}

impl Changes {
    pub(super) fn add(&mut self, list: &Shelf, change: Change) {
        let part = self.0.entry(list.id).or_insert_with(|| Part {
            list: list.clone(),
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
        let (mut records, mut deltas) = (Vec::new(), Vec::new());
        let resources: Vec<i64> = changes.0.keys().copied().collect();
        for (resource, part) in changes.0 {
            let made = self.queries_of(part, &mut queries, &mut deltas).await?;
            if resource == of {
                records = made;
            }
        }
        let outcome = together::outcome(&resources);
        let db = &self.repository().db;
        let _open = self.0.gate.read().await;
        let rows: Vec<(i64, i64, i64)> = db.fetch_together(queries, outcome).await?;
        for (resource, version, _) in &rows {
            let of_resource = |delta: &&Delta| delta.resource == *resource;
            let deltas = deltas.iter().filter(of_resource);
            self.0.facts.adjust(*resource, *version, deltas);
        }
        let row = rows.iter().find(|(resource, ..)| *resource == of);
        let (_, version, next_place) = *row.ok_or(Failure::Stale)?;
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
    async fn queries_of(
        &self,
        part: Part,
        queries: &mut Vec<Query>,
        deltas: &mut Vec<Delta>,
    ) -> Result<Vec<Record>> {
        let Part { list, changes } = part;
        let indexes = self.indexes(&list).await?;
        // Of a list that nobody has counted in and that has no index, the old records need not be read.
        let is_watched = !indexes.is_empty() || self.0.facts.are_kept(list.id);
        let first = queries.len();
        let mut sums = together::Sums::default();
        let is_insert = |change: &&Change| matches!(change, Change::Insert { .. });
        let mut before_end = i64::try_from(changes.iter().filter(is_insert).count()).unwrap_or(0);
        let mut records = Vec::with_capacity(changes.len());
        for change in changes {
            let (old, new) = change.sides(is_watched)?;
            match change {
                Change::Insert { body } => {
                    let identity = Identity::of(&body, self.id_name());
                    sums.insert(&identity);
                    let text = body.to_string();
                    queries.push(together::insert(list.id, before_end, identity, &text));
                    for index in &*indexes {
                        let key = index.spec.key(&body);
                        queries.push(statements::add_new(index.id, key, list.id, before_end));
                    }
                    records.push(Record {
                        number: -before_end,
                        stamp: 0,
                        body: text,
                    });
                    before_end -= 1;
                }
                Change::Update { old: record, body } => {
                    let text = body.to_string();
                    queries.push(together::update(
                        list.id,
                        record.number,
                        record.stamp,
                        &text,
                    ));
                    keep_in_step(&indexes, record.number, old.as_ref(), Some(&body), queries);
                    records.push(Record {
                        body: text,
                        ..record
                    });
                }
                Change::Remove { old: record } => {
                    sums.remove(&Identity::of(&record.json()?, self.id_name()));
                    queries.push(together::remove(record.number, record.stamp));
                    keep_in_step(&indexes, record.number, old.as_ref(), None, queries);
                    self.0.numbering.forget(list.id);
                    records.push(record);
                }
            }
            if is_watched {
                let resource = list.id;
                deltas.push(Delta { resource, old, new });
            }
        }
        queries.insert(first, together::touch(list.id, list.indexes, sums));
        Ok(records)
    }
}

impl Change {
    /// The record before and after, parsed, if anybody needs to know.
    fn sides(&self, is_watched: bool) -> Result<(Option<Json>, Option<Json>)> {
        if !is_watched {
            return Ok((None, None));
        }
        Ok(match self {
            Self::Insert { body } => (None, Some(body.clone())),
            Self::Update { old, body } => (Some(old.json()?), Some(body.clone())),
            Self::Remove { old } => (Some(old.json()?), None),
        })
    }
}

/// Moves the entries of a record whose keys have changed.
fn keep_in_step(
    indexes: &[Index],
    number: i64,
    old: Option<&Json>,
    new: Option<&Json>,
    queries: &mut Vec<Query>,
) {
    for index in indexes {
        let (old, new) = (
            old.map(|old| index.spec.key(old)),
            new.map(|new| index.spec.key(new)),
        );
        if old == new {
            continue;
        }
        queries.extend(old.map(|key| statements::remove(index.id, key, number)));
        queries.extend(new.map(|key| statements::add(index.id, key, number)));
    }
}
