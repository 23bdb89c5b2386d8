//! The index by whose order a list is shown, or a part of it.

use std::ops::Range;

use underpin::Result;

use super::{
    Store,
    driver::Driver,
    index::{
        Of,
        key::{self, ARRAY, BOOL, NULL, NUMBER, OBJECT, STRING},
        spec::Spec,
        statements,
    },
    listing::{Listing, SHORT},
    plan::signed,
    repository::{RecordRow, Shelf, record},
};
use crate::app::{
    query::{Order, Query, Sort},
    value::Path,
};

/// Up to so many records, values of different types are put in order as the original does, in memory.
const MIXED: i64 = 20_000;

impl Store {
    /// An index in this order, of all records or of those that are alike at `within`, if the order of its keys is
    /// exactly the dialect's.
    pub(super) async fn order_index(
        &self,
        list: &Shelf,
        sort: &Sort,
        within: Option<&Path>,
    ) -> Result<Option<i64>> {
        let Some(spec) = Spec::of_sort(sort, within) else {
            return Ok(None);
        };
        for key in &sort.keys {
            let Some(index) = self
                .index(list, &Of::Keys(Spec::of_path(&key.path)))
                .await?
            else {
                return Ok(None);
            };
            if !self.is_of_one_type(index, sort.order).await? && list.count <= MIXED {
                return Ok(None);
            }
        }
        self.index(list, &Of::Keys(spec)).await
    }

    /// A page of the many records that have one value somewhere, in an order: from an index on both.
    pub(super) async fn page_in_order(
        &self,
        list: &Shelf,
        query: &Query,
        driver: &Driver,
    ) -> Result<Option<Listing>> {
        let (Some(sort), Some(key)) = (&query.sort, driver.only_key()) else {
            return Ok(None);
        };
        let total = self.total(list, &query.condition, Some(driver)).await?;
        let range = query.window.range(total);
        let (offset, length) = (signed(range.start), signed(range.end - range.start));
        if length > SHORT {
            return Ok(None);
        }
        let Some(index) = self.order_index(list, sort, Some(&driver.path)).await? else {
            return Ok(None);
        };
        let page = statements::in_order_within(index, &key::starting_with(key), offset, length);
        let rows: Vec<RecordRow> = page.fetch_all(&self.repository().db).await?;
        let records = rows.into_iter().map(record).collect();
        Ok(Some(Listing::memory(records, total, range)))
    }

    /// Of the many records that have one value somewhere those that meet the rest, too: no others are looked at.
    pub(super) async fn walked(
        &self,
        list: &Shelf,
        query: &Query,
        driver: &Driver,
    ) -> Result<Option<Listing>> {
        let Some(key) = driver.single_key() else {
            return Ok(None);
        };
        let index = match &query.sort {
            None => Some(driver.index),
            Some(sort) => self.order_index(list, sort, Some(&driver.path)).await?,
        };
        let Some(index) = index else {
            return Ok(None);
        };
        let total = self.total(list, &query.condition, Some(driver)).await?;
        let range = query.window.range(total);
        let reader = self.reader(signed(range.end - range.start)).await?;
        let entries = (index, key::starting_with(key));
        let condition = query.condition.with_new_budget();
        let listing = Listing::ordered(reader, entries, condition, total, range);
        Ok(Some(listing))
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
