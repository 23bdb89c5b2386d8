//! How a long list is looked up: by an index where one helps, in file order or in the order of an index else.
//! What an index finds but cannot tell for sure is tested by the condition itself.

use std::ops::Range;

use underpin::{
    Result,
    db::{Engine, Snapshot},
};

use super::{
    Store,
    index::{
        key::{self, ARRAY, BOOL, NULL, NUMBER, OBJECT, STRING},
        ranges::{Part, Ranges},
        spec::Spec,
        statements,
    },
    listing::{Listing, Reader, SHORT, meets, rearranged, size},
    repository::{RecordRow, Repository, Shelf, numbers_of, record, records_at},
};
use crate::app::{
    query::{Condition, Order, Query, Sort, Test, keys_of},
    value::Path,
};

/// Up to so many candidates are read and tested.
const FEW: i64 = if cfg!(test) { 20 } else { 2_000 };

/// Up to so many are counted anew each time, and read without a snapshot.
const HANDFUL: i64 = if cfg!(test) { 10 } else { 256 };

/// Up to so many numbers are put in order.
const SOME: i64 = if cfg!(test) { 40 } else { 20_000 };

/// Up to so many records, values of different types are put in order as the original does, in memory.
const MIXED: i64 = 20_000;

/// Conditions of one request for which indexes are made.
const INDEXED: usize = 3;

/// What an index finds for a condition, or for one of those that must all be met.
struct Driver {
    index: i64,
    /// Those with entries.
    parts: Vec<Part>,
    /// How many entries, at most [`SOME`].
    count: i64,
}

impl Driver {
    fn is_exact(&self) -> bool {
        self.parts.iter().all(|part| part.exact)
    }
}

impl Store {
    /// The list as `query` wants it.
    pub(super) async fn planned(&self, list: &Shelf, query: &Query) -> Result<Listing> {
        let condition = query.condition.clone().simplified();
        let query = Query {
            condition,
            ..query.clone()
        };
        if matches!(query.condition, Condition::None) {
            return Ok(Listing::memory(Vec::new(), 0, 0..0));
        }
        let driver = self.driver(list, &query.condition).await?;
        if let Some(driver) = &driver {
            let is_whole = driver.is_exact() && !matches!(query.condition, Condition::And(_));
            if is_whole
                && query.sort.is_none()
                && let Some(listing) = self.found(list, &query, driver).await?
            {
                return Ok(listing);
            }
            if driver.count < FEW {
                return self.among(&query, driver).await;
            }
        }
        let ordered = match &query.sort {
            Some(sort) => self.order_index(list, sort).await?,
            None => None,
        };
        if query.sort.is_some() && ordered.is_none() {
            return self.scanned(list, &query).await;
        }
        let total = self.total(list, &query.condition, driver.as_ref()).await?;
        let range = query.window.range(total);
        match ordered {
            Some(index) => self.in_order(index, query.condition, total, range).await,
            None => self.scan(list, query.condition, total, range).await,
        }
    }

    /// The index that finds the fewest candidates.
    async fn driver(&self, list: &Shelf, condition: &Condition) -> Result<Option<Driver>> {
        let parts = match condition {
            Condition::And(parts) => parts.as_slice(),
            other => std::slice::from_ref(other),
        };
        let mut best: Option<Driver> = None;
        for (part, path, ranges) in parts.iter().filter_map(ranges_of).take(INDEXED) {
            let Some(index) = self.index(list, &Spec::of_path(path)).await? else {
                continue;
            };
            let most = best.as_ref().map_or(SOME, |best| best.count);
            let known = self.known_total(list, part);
            let found = self.counted(index, ranges, most, known).await?;
            if found.count < most || best.is_none() {
                best = Some(found);
            }
        }
        Ok(best)
    }

    /// Counts entries, unless the number is known: then only looks which parts have any.
    async fn counted(
        &self,
        index: i64,
        ranges: Ranges,
        most: i64,
        known: Option<u64>,
    ) -> Result<Driver> {
        let (mut parts, mut count) = (Vec::new(), 0);
        for part in ranges.0 {
            let left = if known.is_some() {
                1
            } else {
                (most - count).max(1)
            };
            let of_part: i64 = statements::count(index, &part.keys, left)
                .fetch_one(&self.repository().db)
                .await?;
            if of_part > 0 {
                count += of_part;
                parts.push(part);
            }
        }
        let found = Driver {
            index,
            parts,
            count,
        };
        Ok(match known {
            // The index finds others too, and how many is not known.
            Some(_) if !found.is_exact() => Driver {
                count: most,
                ..found
            },
            Some(known) => Driver {
                count: signed(known).min(most),
                ..found
            },
            None => Driver {
                count: found.count.min(most),
                ..found
            },
        })
    }

    /// Where the index alone knows the answer, in file order.
    async fn found(&self, list: &Shelf, query: &Query, driver: &Driver) -> Result<Option<Listing>> {
        let db = &self.repository().db;
        if let [part] = driver.parts.as_slice()
            && let Some(key) = part.single()
        {
            let total = if driver.count < HANDFUL {
                u64::try_from(driver.count).unwrap_or(0)
            } else {
                self.total(list, &query.condition, Some(driver)).await?
            };
            let range = query.window.range(total);
            let (offset, length) = (signed(range.start), signed(range.end - range.start));
            if length > SHORT {
                return Ok(None);
            }
            let part = statements::with_key(driver.index, key, offset, length);
            let rows: Vec<RecordRow> = part.fetch_all(db).await?;
            let records = rows.into_iter().map(record).collect();
            return Ok(Some(Listing::memory(records, total, range)));
        }
        if driver.count >= SOME {
            return Ok(None);
        }
        let mut reader = self.reader(driver.count).await?;
        let mut numbers = numbers(driver, &mut reader).await?;
        numbers.sort_unstable();
        Ok(Some(numbered(reader, numbers, query)))
    }

    /// A few records are read in single statements, each of its own moment: what is shown is tested anyway.
    async fn reader(&self, count: i64) -> Result<Reader> {
        let db = &self.repository().db;
        if count <= HANDFUL {
            return Ok(Reader::Now(db.clone()));
        }
        db.snapshot().await.map(Reader::Then)
    }

    /// The candidates of the index, each tested and all put in order.
    async fn among(&self, query: &Query, driver: &Driver) -> Result<Listing> {
        let mut reader = self.reader(driver.count).await?;
        let mut candidates = numbers(driver, &mut reader).await?;
        candidates.sort_unstable();
        let (mut numbers, mut keys) = (Vec::new(), Vec::new());
        for some in candidates.chunks(256) {
            let mut records = reader.records(Repository::numbered(some)).await?;
            records.sort_by_key(|record| record.number);
            for record in records {
                let json = record.json()?;
                if query.condition.matches(&json) {
                    numbers.push(record.number);
                    keys.extend(query.sort.as_ref().map(|sort| keys_of(&json, sort)));
                }
            }
        }
        if let Some(sort) = &query.sort {
            numbers = rearranged(&numbers, &keys, sort);
        }
        Ok(numbered(reader, numbers, query))
    }

    /// The count, if it is remembered.
    fn known_total(&self, list: &Shelf, condition: &Condition) -> Option<u64> {
        // On SQLite nobody else writes.
        let is_alone = self.repository().db.engine() == Engine::Sqlite;
        let version = (!is_alone).then_some(list.version);
        self.0.facts.get(list.id, condition, version)
    }

    /// How many records meet the condition: remembered, or counted now.
    async fn total(
        &self,
        list: &Shelf,
        condition: &Condition,
        driver: Option<&Driver>,
    ) -> Result<u64> {
        if matches!(condition, Condition::All) {
            return Ok(u64::try_from(list.count).unwrap_or(0));
        }
        if let Some(count) = self.known_total(list, condition) {
            return Ok(count);
        }
        let counting = self.0.facts.count(list.id);
        let mut snapshot = self.repository().db.snapshot().await?;
        let version: Option<i64> = Repository::version_of(list.id)
            .fetch_optional(&mut snapshot)
            .await?;
        let count = match driver {
            Some(driver) if driver.is_exact() && !matches!(condition, Condition::And(_)) => {
                let mut count = 0;
                for part in &driver.parts {
                    let of_part: i64 = statements::count(driver.index, &part.keys, i64::MAX)
                        .fetch_one(&mut snapshot)
                        .await?;
                    count += of_part;
                }
                u64::try_from(count).unwrap_or(0)
            }
            _ => count_all(snapshot, list.id, condition).await?,
        };
        if let Some(version) = version {
            counting.keep(condition, version, count);
        }
        Ok(count)
    }

    /// An index in this order, if the order of its keys is exactly the dialect's.
    async fn order_index(&self, list: &Shelf, sort: &Sort) -> Result<Option<i64>> {
        let Some(spec) = Spec::of_sort(sort) else {
            return Ok(None);
        };
        for key in &sort.keys {
            let Some(index) = self.index(list, &Spec::of_path(&key.path)).await? else {
                return Ok(None);
            };
            if !self.is_of_one_type(index, sort.order).await? && list.count <= MIXED {
                return Ok(None);
            }
        }
        self.index(list, &spec).await
    }

    /// Values of different types have no order that does not contradict itself.
    async fn is_of_one_type(&self, index: i64, order: Order) -> Result<bool> {
        let mut found = Vec::new();
        for (kind, keys) in types(order) {
            let count: i64 = statements::count(index, &keys, 1)
                .fetch_one(&self.repository().db)
                .await?;
            found.extend((count > 0).then_some(kind));
        }
        Ok(match found.as_slice() {
            [ARRAY | OBJECT] => order == Order::CodeUnits,
            [] | [_] => true,
            _ => false,
        })
    }

    async fn in_order(
        &self,
        index: i64,
        condition: Condition,
        total: u64,
        range: Range<u64>,
    ) -> Result<Listing> {
        let db = &self.repository().db;
        let (offset, length) = (signed(range.start), signed(range.end - range.start));
        if matches!(condition, Condition::All) && length <= SHORT {
            let part = statements::in_order(index, offset, length);
            let rows: Vec<RecordRow> = part.fetch_all(db).await?;
            return Ok(Listing::memory(
                rows.into_iter().map(record).collect(),
                total,
                range,
            ));
        }
        Ok(Listing::ordered(
            self.reader(length).await?,
            index,
            condition,
            total,
            range,
        ))
    }

    /// Whether a record of the list has something at `path`, be it `null`: v0 drops filters on anything else. No index is
    /// made for names that nothing has.
    pub(super) async fn knows(&self, resource: &str, path: &Path) -> Result<bool> {
        let Some(list) = self.repository().shelf(resource).await? else {
            return Ok(false);
        };
        let exists = Condition::leaf(path.clone(), Test::Exists);
        if let Some(count) = self.known_total(&list, &exists) {
            return Ok(count > 0);
        }
        let first: Vec<RecordRow> = Repository::slice(list.id, 0, 1)
            .fetch_all(&self.repository().db)
            .await?;
        for row in first {
            if exists.matches(&record(row).json()?) {
                return Ok(true);
            }
        }
        if list.count > SHORT && path.is_plain() && !self.is_written(&list, &exists, path).await? {
            return Ok(false);
        }
        Ok(self
            .count(resource, &exists)
            .await?
            .is_some_and(|count| count > 0))
    }

    /// Whether the name that `path` consists of stands anywhere in the list; remembered if it does not.
    async fn is_written(&self, list: &Shelf, exists: &Condition, path: &Path) -> Result<bool> {
        let mut key = String::new();
        crate::app::value::quote(path.first(), &mut key);
        key.push(':');
        let counting = self.0.facts.count(list.id);
        let mut snapshot = self.repository().db.snapshot().await?;
        let version: Option<i64> = Repository::version_of(list.id)
            .fetch_optional(&mut snapshot)
            .await?;
        let written: Option<i64> = Repository::written(list.id, &key)
            .fetch_optional(&mut snapshot)
            .await?;
        if let (None, Some(version)) = (written, version) {
            counting.keep(exists, version, 0);
        }
        Ok(written.is_some())
    }
}

async fn numbers(driver: &Driver, reader: &mut Reader) -> Result<Vec<i64>> {
    let mut numbers = Vec::new();
    for part in &driver.parts {
        let found: Vec<i64> = reader
            .fetch(statements::numbers(driver.index, &part.keys))
            .await?;
        numbers.extend(found);
    }
    Ok(numbers)
}

fn numbered(reader: Reader, numbers: Vec<i64>, query: &Query) -> Listing {
    let total = numbers.len() as u64;
    let range = query.window.range(total);
    let shown = numbers
        .into_iter()
        .skip(size(range.start))
        .take(size(range.end - range.start));
    Listing::numbers(reader, shown.collect(), total, range)
}

async fn count_all(mut snapshot: Snapshot, resource: i64, condition: &Condition) -> Result<u64> {
    let (mut after, mut count) = (numbers_of(resource).start - 1, 0);
    loop {
        let records =
            records_at(Repository::following(resource, after, 512), &mut snapshot).await?;
        let Some(last) = records.last() else {
            return Ok(count);
        };
        after = last.number;
        for record in &records {
            count += u64::from(meets(condition, record)?);
        }
    }
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

/// Where in an index on a field the values of each type are that are not at the end of a sorted list.
fn types(order: Order) -> [(u8, Range<Vec<u8>>); 5] {
    let (first_bool, first_text) = match order {
        Order::CodeUnits => (vec![BOOL], vec![STRING]),
        Order::Collated => {
            let mut after_empty = key::of_text(STRING, "");
            after_empty.push(0);
            (vec![BOOL, 1], after_empty)
        }
    };
    [
        (BOOL, first_bool..vec![NUMBER]),
        (NUMBER, vec![NUMBER]..vec![STRING]),
        (STRING, first_text..vec![ARRAY]),
        (ARRAY, vec![ARRAY]..vec![OBJECT]),
        (OBJECT, vec![OBJECT]..vec![NULL]),
    ]
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
