//! What belongs to some records: for embed and expand, as many at a time as are shown.

use std::collections::HashMap;

use underpin::Result;

use super::{Store, identity, model::Record, repository::Shelf};
use crate::app::{
    query::{Condition, Query, Test},
    value::{Json, Path, strictly_equal},
};

/// How many keys one statement looks for.
const AT_ONCE: usize = 256;

impl Store {
    /// The record with this id; ids are compared by their text.
    pub async fn get(&self, resource: &str, id: &str) -> Result<Option<Record>> {
        let key = identity::key(id);
        let found = match self.number_of(resource) {
            Some(number) => self.repository().by_key_in(number, key).await?,
            None => Box::pin(self.get_anew(resource, key)).await?,
        };
        self.only_allowed(resource, found)
    }

    /// Remembers the list, too, for the next one.
    async fn get_anew(&self, resource: &str, key: Vec<u8>) -> Result<Option<Record>> {
        if self.repository().is_alone() {
            self.list_now(resource).await?;
        }
        self.repository().by_key(resource, key).await
    }

    /// The number of the list, as remembered.
    fn number_of(&self, resource: &str) -> Option<i64> {
        let number = self.0.places.number(resource);
        number.filter(|_| self.repository().is_alone())
    }

    /// For each id, the record with it, if there is one; ids are compared by their text.
    pub async fn by_ids(&self, resource: &str, ids: &[String]) -> Result<Vec<Option<Record>>> {
        let list = self.repository().shelf(resource).await?;
        let Some(list) = list.filter(Shelf::is_list) else {
            return Ok(vec![None; ids.len()]);
        };
        let keys: Vec<_> = ids.iter().map(|id| identity::key(id)).collect();
        let mut found = HashMap::new();
        for keys in keys.chunks(AT_ONCE) {
            for (key, number, stamp, body) in self.repository().keyed(list.id, keys).await? {
                let record = Record {
                    number,
                    stamp,
                    body,
                };
                found.insert(key, record);
            }
        }
        let found = keys.iter().map(|key| found.get(key).cloned());
        found
            .map(|record| self.only_allowed(resource, record))
            .collect()
    }

    /// For each of `parents`, the records of which the value at `key` is it, of the same type, in file order.
    pub async fn children(
        &self,
        resource: &str,
        key: &Path,
        parents: &[Json],
    ) -> Result<Vec<Vec<Record>>> {
        let mut children = vec![Vec::new(); parents.len()];
        let wanted = Test::In(parents.to_vec());
        let query = Query {
            condition: Condition::leaf(key.clone(), wanted),
            ..Query::default()
        };
        let Some(mut listing) = self.list(resource, &query).await? else {
            return Ok(children);
        };
        while let Some(batch) = listing.next().await? {
            for record in batch {
                let json = record.json()?;
                let Some(value) = key.get(&json) else {
                    continue;
                };
                for (parent, children) in parents.iter().zip(&mut children) {
                    if strictly_equal(parent, &value) {
                        children.push(record.clone());
                    }
                }
            }
        }
        Ok(children)
    }
}
