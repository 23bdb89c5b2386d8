//! Full text search of a long list: the records that the index cannot rule out are tested one by one.

use underpin::Result;

use super::{
    Store,
    index::{Of, texts},
    listing::{Listing, Reader},
    plan::{FEW, HANDFUL, SOME},
    repository::Shelf,
};
use crate::app::query::{Condition, Query, Search};

/// Shorter lists are looked through: an index would cost more than it saves.
const SEARCHED: i64 = if cfg!(test) { 30 } else { 5_000 };

/// One in so many records is read for a search; if there are more candidates, the list is looked through in order.
const SHARE: i64 = 16;

impl Store {
    /// The list that a search makes, if an index helps with it.
    pub(super) async fn searched(&self, list: &Shelf, query: &Query) -> Result<Option<Listing>> {
        let db = &self.repository().db;
        let most = (list.count / SHARE).clamp(FEW, SOME);
        let candidates = || {
            let search = search_of(&query.condition)?;
            texts::candidates(list.id, search, most)
        };
        if list.count < SEARCHED || !texts::are_possible(db) || candidates().is_none() {
            return Ok(None);
        }
        if self.index(list, &Of::Texts).await?.is_none() {
            return Ok(None);
        }
        let mut reader = Reader::Now(db.clone());
        for most_at_once in [HANDFUL, most] {
            let Some(candidates) = candidates() else {
                return Ok(None);
            };
            let numbers: Vec<i64> = reader.fetch(candidates).await?;
            let count = i64::try_from(numbers.len()).unwrap_or(i64::MAX);
            if count >= most {
                return Ok(None);
            }
            if count <= most_at_once {
                return self.among(query, reader, numbers).await.map(Some);
            }
            // So many are read that they have to be of one moment.
            reader = self.reader(count).await?;
        }
        Ok(None)
    }
}

fn search_of(condition: &Condition) -> Option<&Search> {
    match condition {
        Condition::Search(search) => Some(search),
        Condition::And(parts) => parts.iter().find_map(|part| match part {
            Condition::Search(search) => Some(search),
            _ => None,
        }),
        _ => None,
    }
}
