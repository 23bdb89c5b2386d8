//! Making an index, beside the writes that go on: a batch of records at a time, each sorted before it is added.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::timeout};
use underpin::Result;

use super::{
    spec::Spec,
    statements::{self, Entry},
};
use crate::app::store::{
    Store,
    repository::{RecordRow, Repository, Shelf, numbers_of, record},
};

/// Indexes per resource; beyond, the one that was not used for longest goes.
const MOST: usize = 24;

/// How long a request waits for a new index before it looks through the records instead.
const PATIENCE: Duration = Duration::from_millis(300);

/// Records whose entries are sorted together, read at once, and added by one statement.
const SORTED: usize = 50_000;
const READ: i64 = 500;
const ADDED: usize = 250;

/// How long entries of a dropped index are left to requests that still use it.
const GRACE: Duration = Duration::from_mins(1);

/// The indexes that this instance is making, by resource and name.
#[derive(Debug, Default)]
pub(in super::super) struct Building(Mutex<HashSet<(i64, String)>>);

impl Building {
    fn begins(&self, of: &(i64, String)) -> bool {
        let mut building = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        building.insert(of.clone())
    }

    fn ends(&self, of: &(i64, String)) {
        let mut building = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        building.remove(of);
    }
}

impl Store {
    /// Begins to make an index, if nobody here is at it; returns it if it becomes ready soon.
    pub(super) async fn make_index(
        &self,
        list: &Shelf,
        spec: &Spec,
        name: &str,
    ) -> Result<Option<i64>> {
        let of = (list.id, name.to_owned());
        if !self.0.building.begins(&of) {
            return Ok(None);
        }
        let (done, mut is_done) = watch::channel(None);
        let (store, list, spec) = (self.clone(), list.clone(), spec.clone());
        self.0.tasks.spawn("index", async move {
            let made = store.make(&list, &spec, &of.1).await;
            store.0.building.ends(&of);
            match made {
                Ok(index) => done.send_replace(index),
                Err(error) => {
                    tracing::warn!(error = %error.chain(), "An index could not be made");
                    None
                }
            };
        });
        let ready = timeout(PATIENCE, is_done.wait_for(Option::is_some)).await;
        Ok(ready.ok().and_then(Result::ok).and_then(|index| *index))
    }

    async fn make(&self, list: &Shelf, spec: &Spec, name: &str) -> Result<Option<i64>> {
        let db = &self.repository().db;
        let mut rows = statements::of_resource(db, list.id).await?;
        if !rows.iter().any(|(_, known, _)| known == name) {
            self.make_room(list).await?;
            statements::begin(db, list.id, name).await?;
            rows = statements::of_resource(db, list.id).await?;
        }
        let found = rows.into_iter().find(|(_, known, _)| known == name);
        let Some((index, _, state)) = found else {
            return Ok(None);
        };
        if state != statements::READY {
            self.fill(list, spec, index).await?;
            statements::complete(db, list.id, index).await?;
        }
        Ok(Some(index))
    }

    /// What stands before this moment is read here; what comes later is added by the writes themselves.
    async fn fill(&self, list: &Shelf, spec: &Spec, index: i64) -> Result<()> {
        let db = &self.repository().db;
        let mut after = numbers_of(list.id).start - 1;
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let rows: Vec<RecordRow> = Repository::following(list.id, after, READ)
                .fetch_all(db)
                .await?;
            let is_last = rows.is_empty();
            for row in rows {
                let record = record(row);
                after = record.number;
                entries.push((record.number, record.stamp, spec.key(&record.json()?)));
            }
            if is_last || entries.len() >= SORTED {
                entries.sort_by(|left, right| left.2.cmp(&right.2));
                for some in entries.chunks(ADDED) {
                    statements::add_unchanged(db, list.id, index, some).await?;
                }
                entries.clear();
            }
            if is_last {
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
    }

    async fn make_room(&self, list: &Shelf) -> Result<()> {
        let Some(now) = self.repository().shelf(&list.name).await? else {
            return Ok(());
        };
        let indexes = self.indexes(&now).await?;
        if indexes.len() < MOST {
            return Ok(());
        }
        let db = self.repository().db.clone();
        if let Some(least) = self.least_used(&indexes) {
            statements::drop_index(&db, list.id, least.id).await?;
        }
        let tasks = self.0.tasks.clone();
        self.0.tasks.spawn("dropped index", async move {
            tokio::select! {
                () = tokio::time::sleep(GRACE) => {}
                () = tasks.shutdown_requested() => return,
            }
            while let Ok(true) = statements::sweep(&db, None).await {
                tokio::task::yield_now().await;
            }
        });
        Ok(())
    }
}
