//! Changes of records, as one set of statements: all or none, and none if what they rest on is no longer so.

use std::collections::BTreeMap;

use underpin::{
    Error, Result,
    db::{DbErrorKind, Query},
};

use super::{
    Store,
    counts::{Delta, Move},
    identity::Identity,
    index::{Index, Of, statements, texts},
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

    /// Whether the change of this record is among them.
    pub(super) fn has(&self, record: &Record) -> bool {
        let changes = self.0.values().flat_map(|part| &part.changes);
        changes.into_iter().any(|change| match change {
            Change::Insert { .. } => false,
            Change::Update { old, .. } | Change::Remove { old } => old.number == record.number,
        })
    }
}

/// What has become of a resource: its id, version and next place.
type Outcome = (i64, i64, i64);

/// Statements that are run together, and whom they concern.
#[derive(Debug, Default)]
struct Set {
    resources: Vec<i64>,
    queries: Vec<Query>,
    deltas: Vec<Delta>,
    moves: Vec<Move>,
    /// Resources whose deltas nobody needed when the set was made.
    unwatched: Vec<i64>,
}

impl Store {
    /// Makes `changes` last, and returns the records that changes of the resource `of` made, in their order:
    /// of a removal the record as it was.
    pub(super) async fn commit(&self, changes: Changes, of: i64) -> Result<Vec<Record>, Failure> {
        let mut set = Set::default();
        let mut records = Vec::new();
        for (resource, part) in changes.0 {
            set.resources.push(resource);
            let made = self.queries_of(part, &mut set).await?;
            if resource == of {
                records = made;
            }
        }
        let rows = self.run(set).await?;
        let row = rows.iter().find(|(resource, ..)| *resource == of);
        let (_, version, next_place) = *row.ok_or(Failure::Stale)?;
        for record in &mut records {
            if record.number <= 0 {
                record.number += numbers_of(of).start + next_place;
            }
            record.stamp = version;
        }
        Ok(records)
    }

    /// Commits a set and tells who counts; to the end, though the request may be given up meanwhile.
    async fn run(&self, set: Set) -> Result<Vec<Outcome>, Failure> {
        let store = self.clone();
        let running = async move { store.run_to_the_end(set).await };
        let running = self.0.tasks.to_the_end("write", running);
        running.await.map_err(Failure::from)
    }

    async fn run_to_the_end(&self, set: Set) -> Result<Vec<Outcome>> {
        let outcome = together::outcome(&set.resources);
        let db = &self.repository().db;
        let _open = self.0.gate.read().await;
        let _writing = self.0.writes.begin();
        let rows: Vec<Outcome> = db.fetch_together(set.queries, outcome).await?;
        for (resource, version, _) in &rows {
            let of_resource = |delta: &&Delta| delta.resource == *resource;
            let is_told = !set.unwatched.contains(resource);
            let deltas = is_told.then(|| set.deltas.iter().filter(of_resource));
            self.0.facts.adjust(*resource, *version, deltas);
            let moves = set.moves.iter();
            let moves = moves.filter(|moved| moved.resource == *resource);
            self.0.keys.adjust(*version, moves);
        }
        self.changed();
        Ok(rows)
    }

    /// New records come with the negative distance of their number from the end that is not known yet.
    async fn queries_of(&self, part: Part, set: &mut Set) -> Result<Vec<Record>> {
        let Part { list, changes } = part;
        let indexes = self.indexes(&list).await?;
        // Of a list that nobody has counted in and that has no index, the old records need not be read.
        let is_watched = !indexes.is_empty() || self.0.facts.are_kept(list.id);
        if !is_watched {
            set.unwatched.push(list.id);
        }
        let first = set.queries.len();
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
                    let insert = together::insert(list.id, before_end, identity, &text);
                    set.queries.push(insert);
                    set.enter(&indexes, &list, before_end, &body);
                    records.push(Record {
                        number: -before_end,
                        stamp: 0,
                        body: text,
                    });
                    before_end -= 1;
                }
                Change::Update { old: record, body } => {
                    let text = body.to_string();
                    let (number, stamp) = (record.number, record.stamp);
                    let update = together::update(list.id, number, stamp, &text);
                    set.queries.push(update);
                    set.keep_in_step(&indexes, &list, number, [old.as_ref(), Some(&body)]);
                    records.push(Record {
                        body: text,
                        ..record
                    });
                }
                Change::Remove { old: record } => {
                    sums.remove(&Identity::of(&record.json()?, self.id_name()));
                    let remove = together::remove(record.number, record.stamp);
                    set.queries.push(remove);
                    set.keep_in_step(&indexes, &list, record.number, [old.as_ref(), None]);
                    self.0.numbering.forget(list.id);
                    records.push(record);
                }
            }
            if is_watched {
                let resource = list.id;
                set.deltas.push(Delta { resource, old, new });
            }
        }
        set.queries
            .insert(first, together::touch(list.id, list.indexes, sums));
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

impl Set {
    /// Adds the entries of a new record.
    fn enter(&mut self, indexes: &[Index], list: &Shelf, before_end: i64, body: &Json) {
        for index in indexes {
            let Of::Keys(spec) = &index.of else {
                let enter = texts::enter_new(list.id, before_end, texts::of(body));
                self.queries.push(enter);
                continue;
            };
            let key = spec.key(body);
            let add = statements::add_new(index.id, key.clone(), list.id, before_end);
            self.queries.push(add);
            self.moves.push(Move {
                resource: list.id,
                index: index.id,
                from: None,
                to: Some(key),
            });
        }
    }

    /// Moves the entries of a record whose keys have changed.
    fn keep_in_step(
        &mut self,
        indexes: &[Index],
        list: &Shelf,
        number: i64,
        sides: [Option<&Json>; 2],
    ) {
        for index in indexes {
            let Of::Keys(spec) = &index.of else {
                self.keep_texts_in_step(index, number, sides);
                continue;
            };
            let [mut from, mut to] = sides.map(|side| side.map(|side| spec.key(side)));
            // While an index is made, what is changed at all is left out there and has to be entered here.
            if from == to && index.ready {
                // The counts are told all the same: of what version they are now.
                (from, to) = (None, None);
            }
            for key in from.iter().cloned() {
                self.queries.push(statements::remove(index.id, key, number));
            }
            for key in to.iter().cloned() {
                self.queries.push(statements::enter(index.id, key, number));
            }
            self.moves.push(Move {
                resource: list.id,
                index: index.id,
                from,
                to,
            });
        }
    }

    fn keep_texts_in_step(&mut self, index: &Index, number: i64, sides: [Option<&Json>; 2]) {
        let [from, to] = sides.map(|side| side.map(texts::of));
        match to {
            Some(to) if from.as_ref() == Some(&to) && index.ready => {}
            Some(to) => self.queries.push(texts::enter(number, to)),
            None => self.queries.push(texts::remove(number)),
        }
    }
}
