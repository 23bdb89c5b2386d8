//! A list as a request wants it, however long: batch after batch, all of the same moment.

use std::ops::Range;

use underpin::{
    Result,
    db::{Db, FromRow, Snapshot},
};

use super::{
    Store,
    model::Record,
    repository::{RecordRow, Repository, Shelf, record},
    walk::{Ordered, Scan},
};
use crate::app::{
    query::{Condition, Query, Sort, Test, Window, keys_of, sorted_keys},
    value::Json,
};

/// Lists up to this length are read at once. Tests have short lists, and go the same ways.
pub(super) const SHORT: i64 = if cfg!(test) { 8 } else { 500 };

/// Numbers per batch of records that are fetched by their number.
const BY_NUMBER: usize = 256;

/// Records of a list, batch after batch.
#[derive(Debug)]
pub struct Listing {
    total: u64,
    range: Range<u64>,
    source: Source,
}

/// Where a list is read: as it was at one moment, or as it is at each statement.
#[derive(Debug)]
pub(super) enum Reader {
    Then(Snapshot),
    Now(Db),
}

impl Reader {
    pub(super) async fn fetch<T: FromRow>(&mut self, query: underpin::db::Query) -> Result<Vec<T>> {
        match self {
            Self::Then(snapshot) => query.fetch_all(snapshot).await,
            Self::Now(db) => query.fetch_all(&*db).await,
        }
    }

    pub(super) async fn records(&mut self, query: underpin::db::Query) -> Result<Vec<Record>> {
        let rows: Vec<RecordRow> = self.fetch(query).await?;
        Ok(rows.into_iter().map(record).collect())
    }
}

#[derive(Debug)]
enum Source {
    /// All that are shown.
    Memory { records: Vec<Record>, at: usize },
    /// Those that meet the condition, in file order; `left` are still to be passed over, then `wanted` shown.
    Scan(Box<Scan>),
    /// Those that meet the condition, in the order of an index.
    Ordered(Box<Ordered>),
    /// Those with these numbers.
    Numbers {
        reader: Box<Reader>,
        numbers: Vec<i64>,
        at: usize,
    },
}

impl Listing {
    /// How many records meet the condition, shown or not.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many are shown.
    pub fn len(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// The next records; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Vec<Record>>> {
        match &mut self.source {
            Source::Memory { records, at } => {
                let batch = records.get(*at..).unwrap_or_default().to_vec();
                *at = records.len();
                Ok((!batch.is_empty()).then_some(batch))
            }
            Source::Scan(scan) => scan.next().await,
            Source::Ordered(ordered) => ordered.next().await,
            Source::Numbers {
                reader,
                numbers,
                at,
            } => {
                let wanted = numbers.get(*at..).unwrap_or_default();
                let wanted = wanted.get(..BY_NUMBER).unwrap_or(wanted);
                if wanted.is_empty() {
                    return Ok(None);
                }
                *at += wanted.len();
                let found = reader.records(Repository::numbered(wanted)).await?;
                Ok(Some(in_order(found, wanted)))
            }
        }
    }

    /// Begins again with the first record shown: the records are the same ones.
    pub fn rewind(&mut self) {
        match &mut self.source {
            Source::Memory { at, .. } | Source::Numbers { at, .. } => *at = 0,
            Source::Scan(scan) => scan.rewind(),
            Source::Ordered(ordered) => ordered.rewind(),
        }
    }

    /// All records shown: for windows that are known to be small.
    pub async fn all(mut self) -> Result<Vec<Record>> {
        let mut all = Vec::new();
        while let Some(batch) = self.next().await? {
            all.extend(batch);
        }
        Ok(all)
    }

    pub(super) fn memory(records: Vec<Record>, total: u64, range: Range<u64>) -> Self {
        let source = Source::Memory { records, at: 0 };
        Self {
            total,
            range,
            source,
        }
    }
}

impl Listing {
    pub(super) fn numbers(
        reader: Reader,
        numbers: Vec<i64>,
        total: u64,
        range: Range<u64>,
    ) -> Self {
        let source = Source::Numbers {
            reader: Box::new(reader),
            numbers,
            at: 0,
        };
        Self {
            total,
            range,
            source,
        }
    }

    /// Of an index only what lies between these keys is looked at.
    pub(super) fn ordered(
        reader: Reader,
        entries: (i64, Range<Vec<u8>>),
        condition: Condition,
        total: u64,
        range: Range<u64>,
    ) -> Self {
        let ordered = Ordered::new(reader, entries, condition, range.clone());
        Self {
            total,
            range,
            source: Source::Ordered(Box::new(ordered)),
        }
    }
}

/// `records` in the order of `numbers`.
fn in_order(records: Vec<Record>, numbers: &[i64]) -> Vec<Record> {
    let mut by_number: std::collections::HashMap<i64, Record> = records
        .into_iter()
        .map(|record| (record.number, record))
        .collect();
    let found = numbers.iter().filter_map(|number| by_number.remove(number));
    found.collect()
}

impl Store {
    /// The list called `resource` as `query` wants it; `None` if there is no such list.
    pub async fn list(&self, resource: &str, query: &Query) -> Result<Option<Listing>> {
        let list = self.repository().shelf(resource).await?;
        let Some(list) = list.filter(Shelf::is_list) else {
            return Ok(None);
        };
        let restricted = self.restrict(&list.name, query)?;
        let query = restricted.as_ref().unwrap_or(query);
        let is_plain = matches!(query.condition, Condition::All) && query.sort.is_none();
        if list.count <= SHORT {
            self.short(&list, query).await.map(Some)
        } else if is_plain {
            self.part(&list, query).await.map(Some)
        } else {
            self.planned(&list, query).await.map(Some)
        }
    }

    /// How many records meet `condition`; `None` if there is no such list.
    pub async fn count(&self, resource: &str, condition: &Condition) -> Result<Option<u64>> {
        let query = Query {
            condition: condition.clone(),
            window: Window::Slice {
                start: 0,
                end: Some(0),
            },
            ..Query::default()
        };
        Ok(self
            .list(resource, &query)
            .await?
            .map(|listing| listing.total()))
    }

    /// Whether any record of the list meets `condition`.
    pub async fn any(&self, resource: &str, condition: &Condition) -> Result<bool> {
        match condition {
            Condition::Leaf(leaf) if matches!(leaf.test, Test::Exists) => {
                self.knows(resource, &leaf.path).await
            }
            _ => Ok(self.count(resource, condition).await?.unwrap_or(0) > 0),
        }
    }

    /// A list that is read as a whole and looked through in memory.
    async fn short(&self, list: &Shelf, query: &Query) -> Result<Listing> {
        // More may have come since they were counted.
        let all = Repository::slice(list.id, 0, 2 * SHORT);
        let rows: Vec<_> = all.fetch_all(&self.repository().db).await?;
        let mut records = Vec::with_capacity(rows.len());
        let mut keys = Vec::new();
        for row in rows {
            let record = record(row);
            if !matches!(query.condition, Condition::All) || query.sort.is_some() {
                let json = record.json()?;
                if !query.condition.matches(&json) {
                    continue;
                }
                keys.extend(query.sort.as_ref().map(|sort| keys_of(&json, sort)));
            }
            records.push(record);
        }
        let total = records.len() as u64;
        let range = query.window.range(total);
        let places = match &query.sort {
            Some(sort) => sorted_keys(&keys, sort),
            None => (0..records.len()).collect(),
        };
        let shown = places
            .iter()
            .skip(size(range.start))
            .take(size(range.end - range.start));
        let shown = shown.filter_map(|at| records.get(*at).cloned());
        Ok(Listing::memory(shown.collect(), total, range))
    }

    /// Part of a long list, neither filtered nor sorted.
    async fn part(&self, list: &Shelf, query: &Query) -> Result<Listing> {
        let total = u64::try_from(list.count).unwrap_or(0);
        let range = query.window.range(total);
        let length = i64::try_from(range.end - range.start).unwrap_or(i64::MAX);
        if length <= SHORT {
            let offset = i64::try_from(range.start).unwrap_or(i64::MAX);
            let part = Repository::slice(list.id, offset, length);
            let rows: Vec<_> = part.fetch_all(&self.repository().db).await?;
            let records = rows.into_iter().map(record).collect();
            return Ok(Listing::memory(records, total, range));
        }
        self.scan(list, Condition::All, total, range).await
    }

    /// Part of a long list, looked through record by record.
    pub(super) async fn scanned(&self, list: &Shelf, query: &Query) -> Result<Listing> {
        let all = 0..u64::MAX;
        let mut scan = self.scan(list, query.condition.clone(), 0, all).await?;
        let (mut numbers, mut keys) = (Vec::new(), Vec::new());
        while let Some(batch) = scan.next().await? {
            for record in batch {
                numbers.push(record.number);
                if let Some(sort) = &query.sort {
                    keys.push(keys_of(&record.json()?, sort));
                }
            }
        }
        if let Some(sort) = &query.sort {
            numbers = rearranged(&numbers, &keys, sort);
        }
        let total = numbers.len() as u64;
        let range = query.window.range(total);
        let shown = numbers
            .into_iter()
            .skip(size(range.start))
            .take(size(range.end - range.start));
        let Source::Scan(scan) = scan.source else {
            return Ok(Listing::memory(Vec::new(), total, range));
        };
        Ok(Listing::numbers(scan.reader, shown.collect(), total, range))
    }

    pub(super) async fn scan(
        &self,
        list: &Shelf,
        condition: Condition,
        total: u64,
        range: Range<u64>,
    ) -> Result<Listing> {
        // A page is read in a few statements; a whole list needs one moment for all of them.
        let is_page = range.end - range.start <= SHORT.unsigned_abs();
        let db = &self.repository().db;
        let reader = if is_page {
            Reader::Now(db.clone())
        } else {
            Reader::Then(db.snapshot().await?)
        };
        let scan = Scan::new(reader, list.id, condition, range.clone());
        Ok(Listing {
            total,
            range,
            source: Source::Scan(Box::new(scan)),
        })
    }
}

pub(super) fn rearranged(numbers: &[i64], keys: &[Vec<Option<Json>>], sort: &Sort) -> Vec<i64> {
    let places = sorted_keys(keys, sort);
    let numbers = places.iter().filter_map(|at| numbers.get(*at).copied());
    numbers.collect()
}

pub(super) fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
