//! How many records meet a condition, and whether any has a field: remembered, or looked up now.

use underpin::{Result, db::Snapshot};

use super::{
    Store,
    driver::Driver,
    index::statements,
    listing::SHORT,
    plan::SOME,
    repository::{RecordRow, Repository, Shelf, numbers_of, record, records_at},
    walk::meets,
};
use crate::app::{
    query::{Condition, Test},
    value::Path,
};

impl Store {
    /// The count, if it is remembered.
    pub(super) fn known_total(&self, list: &Shelf, condition: &Condition) -> Option<u64> {
        let version = (!self.repository().is_alone()).then_some(list.version);
        self.0.facts.get(list.id, condition, version)
    }

    /// How many records meet the condition: remembered, or counted now.
    pub(super) async fn total(
        &self,
        list: &Shelf,
        condition: &Condition,
        driver: Option<&Driver>,
    ) -> Result<u64> {
        if matches!(condition, Condition::All) {
            return Ok(u64::try_from(list.count).unwrap_or(0));
        }
        if let Some(total) = driver.and_then(Driver::total) {
            return Ok(total);
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
            Some(driver) if driver.is_exact() && driver.is_whole => {
                let mut count = 0;
                for part in &driver.parts {
                    let of_part: i64 = statements::count(driver.index, &part.keys, i64::MAX)
                        .fetch_one(&mut snapshot)
                        .await?;
                    count += of_part;
                }
                u64::try_from(count).unwrap_or(0)
            }
            Some(driver) if driver.count < SOME => count_among(snapshot, driver, condition).await?,
            _ => count_all(snapshot, list.id, condition).await?,
        };
        if let Some(version) = version {
            counting.keep(condition, version, count);
        }
        Ok(count)
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

/// Of the candidates that an index finds.
async fn count_among(
    mut snapshot: Snapshot,
    driver: &Driver,
    condition: &Condition,
) -> Result<u64> {
    let mut count = 0;
    for part in &driver.parts {
        let mut numbers: Vec<i64> = statements::numbers(driver.index, &part.keys)
            .fetch_all(&mut snapshot)
            .await?;
        numbers.sort_unstable();
        for some in numbers.chunks(256) {
            for record in records_at(Repository::numbered(some), &mut snapshot).await? {
                count += u64::from(meets(condition, &record)?);
            }
        }
    }
    Ok(count)
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
