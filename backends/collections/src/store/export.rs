//! Everything, in the file's order and of one moment: for writing the file, for `/db` and for looking at all data.

use underpin::{
    Result,
    db::{Snapshot, sql},
};

use super::{
    Store,
    model::Record,
    repository::{LIST, Repository, numbers_of, records_at},
};

/// Records per batch.
const BATCH: i64 = 512;

/// The whole data, part after part.
#[derive(Debug)]
pub struct Export {
    store: Store,
    snapshot: Snapshot,
    /// Resources still to come, the next one last.
    due: Vec<(i64, i64, String, Option<String>)>,
    /// The list that is being read, and the number of its last record so far.
    list: Option<(i64, i64, String)>,
}

/// A part of the whole data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A list begins; its records follow.
    List(String),
    /// The next records of the list.
    Records(Vec<Record>),
    /// What is no list, as JSON text.
    Value(String, String),
}

impl Store {
    /// Begins to read everything.
    pub async fn export(&self) -> Result<Export> {
        let mut snapshot = self.repository().db.snapshot().await?;
        let due = sql("SELECT id, kind, name, body FROM collections_resources WHERE load IS NULL ORDER BY place DESC")
            .fetch_all(&mut snapshot)
            .await?;
        Ok(Export {
            store: self.clone(),
            snapshot,
            due,
            list: None,
        })
    }
}

impl Export {
    /// The next part; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Part>> {
        if let Some((resource, after, name)) = self.list.take() {
            let query = Repository::following(resource, after, BATCH);
            let records = records_at(query, &mut self.snapshot).await?;
            if let Some(last) = records.last() {
                let records_of = (resource, last.number, name.clone());
                self.list = Some(records_of);
                let allowed = self.store.all_allowed(&name, records)?;
                return Ok(Some(Part::Records(allowed)));
            }
        }
        let Some((id, kind, name, body)) = self.due.pop() else {
            return Ok(None);
        };
        if kind == LIST {
            self.list = Some((id, numbers_of(id).start - 1, name.clone()));
            return Ok(Some(Part::List(name)));
        }
        Ok(Some(Part::Value(name, body.unwrap_or_default())))
    }
}
