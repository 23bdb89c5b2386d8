//! How a long list is looked up: by an index where one helps, in file order or in the order of an index else.
//! What an index finds but cannot tell for sure is tested by the condition itself.

use std::ops::Range;

use underpin::Result;

use super::{
    Store,
    driver::Driver,
    index::{key, statements},
    listing::{Listing, Reader, SHORT, rearranged, size},
    repository::{RecordRow, Repository, Shelf, record},
};
use crate::app::query::{Condition, Query, keys_of};

/// Up to so many candidates are read and tested.
pub(super) const FEW: i64 = if cfg!(test) { 20 } else { 2_000 };

/// Up to so many are read without a snapshot.
pub(super) const HANDFUL: i64 = if cfg!(test) { 10 } else { 256 };

/// Up to so many numbers are put in order.
pub(super) const SOME: i64 = if cfg!(test) { 40 } else { 20_000 };

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
            if driver.is_exact()
                && driver.is_whole
                && query.sort.is_none()
                && let Some(listing) = self.found(list, &query, driver).await?
            {
                return Ok(listing);
            }
            if driver.count < FEW {
                let mut reader = self.reader(driver.count).await?;
                let candidates = numbers(driver, &mut reader).await?;
                return self.among(&query, reader, candidates).await;
            }
            if let Some(page) = self.page_in_order(list, &query, driver).await? {
                return Ok(page);
            }
            if let Some(listing) = self.walked(list, &query, driver).await? {
                return Ok(listing);
            }
        }
        if let Some(listing) = self.searched(list, &query).await? {
            return Ok(listing);
        }
        let ordered = match &query.sort {
            Some(sort) => self.order_index(list, sort, None).await?,
            None => None,
        };
        if query.sort.is_some() && ordered.is_none() {
            return self.scanned(list, &query).await;
        }
        let total = self.total(list, &query.condition, driver.as_ref()).await?;
        let range = query.window.range(total);
        // What counting has left of the budget is not enough to look at the same records once more.
        let condition = query.condition.with_new_budget();
        match ordered {
            Some(index) => self.in_order(index, condition, total, range).await,
            None => self.scan(list, condition, total, range).await,
        }
    }

    /// Where the index alone knows the answer, in file order.
    async fn found(&self, list: &Shelf, query: &Query, driver: &Driver) -> Result<Option<Listing>> {
        let db = &self.repository().db;
        if let [part] = driver.parts.as_slice()
            && let Some(key) = part.single()
        {
            let total = self.total(list, &query.condition, Some(driver)).await?;
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
    pub(super) async fn reader(&self, count: i64) -> Result<Reader> {
        let db = &self.repository().db;
        if count <= HANDFUL {
            return Ok(Reader::Now(db.clone()));
        }
        db.snapshot().await.map(Reader::Then)
    }

    /// The candidates of an index, each tested and all put in order.
    pub(super) async fn among(
        &self,
        query: &Query,
        mut reader: Reader,
        mut candidates: Vec<i64>,
    ) -> Result<Listing> {
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
            (index, key::all()),
            condition,
            total,
            range,
        ))
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

pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
