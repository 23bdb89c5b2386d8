//! Making an index, beside the writes that go on: a batch of records at a time, each sorted before it is added.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::timeout};
use underpin::Result;

use super::{
    known::Of,
    spec::Spec,
    statements::{self, Entry},
};
use crate::app::store::{
    Store,
    repository::{RecordRow, Repository, Shelf, numbers_of, record},
};

/// Indexes per resource; beyond, the one that was not used for longest goes.
const MOST: usize = 24;

/// How long requests wait for a new index. Looking through the records instead would take each of them as long as
/// making the index does, and would slow that down.
const PATIENCE: Duration = if cfg!(test) {
    Duration::from_millis(20)
} else {
    Duration::from_secs(20)
};

/// How long a search waits for its index before it looks through the list.
const SHORT_PATIENCE: Duration = Duration::from_millis(300);

/// Records whose entries are sorted together, and records read at once.
const SORTED: usize = if cfg!(test) { 100 } else { 128 * 1024 };
const READ: i64 = 500;

/// Entries that one commit adds: other writes wait for so long.
const ADDED: usize = 4_000;

/// How long entries of a dropped index are left to requests that still use it.
const GRACE: Duration = Duration::from_mins(1);

/// What is told of an index that is being made: its id when it is ready.
type Progress = watch::Receiver<Option<i64>>;

/// The indexes that this instance is making, by resource and name.
#[derive(Debug, Default)]
pub(in super::super) struct Building(Mutex<HashMap<(i64, String), Progress>>);

/// Who makes an index.
enum Maker {
    /// The one who asks, and tells the others.
    Oneself(watch::Sender<Option<i64>>, Progress),
    /// One who has begun before.
    Another(Progress),
}

impl Building {
    fn begin(&self, of: &(i64, String)) -> Maker {
        let mut building = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(progress) = building.get(of) {
            return Maker::Another(progress.clone());
        }
        let (tell, progress) = watch::channel(None);
        building.insert(of.clone(), progress.clone());
        Maker::Oneself(tell, progress)
    }

    fn end(&self, of: &(i64, String)) {
        let mut building = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        building.remove(of);
    }
}

impl Store {
    /// Begins to make an index, if nobody here is at it; returns it if it becomes ready soon.
    pub(super) async fn make_index(
        &self,
        list: &Shelf,
        of: &Of,
        name: &str,
    ) -> Result<Option<i64>> {
        let named = (list.id, name.to_owned());
        let mut progress = match self.0.building.begin(&named) {
            Maker::Another(progress) => progress,
            Maker::Oneself(tell, progress) => {
                self.make_beside(list.clone(), of.clone(), named, tell);
                progress
            }
        };
        // An index for searching takes much longer to make than a search without it does.
        let patience = match of {
            Of::Keys(_) => PATIENCE,
            Of::Texts => SHORT_PATIENCE,
        };
        let ready = timeout(patience, progress.wait_for(Option::is_some)).await;
        Ok(ready.ok().and_then(Result::ok).and_then(|index| *index))
    }

    fn make_beside(
        &self,
        list: Shelf,
        of: Of,
        named: (i64, String),
        tell: watch::Sender<Option<i64>>,
    ) {
        let store = self.clone();
        self.0.tasks.spawn("index", async move {
            let made = store.make(&list, &of, &named.1).await;
            store.0.building.end(&named);
            match made {
                Ok(index) => {
                    tell.send_replace(index);
                }
                Err(error) => {
                    tracing::warn!(error = %error.chain(), "An index could not be made");
                }
            }
        });
    }

    async fn make(&self, list: &Shelf, of: &Of, name: &str) -> Result<Option<i64>> {
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
            match of {
                Of::Keys(spec) => self.fill(list, spec, index).await?,
                Of::Texts => self.fill_texts(list).await?,
            }
            statements::complete(db, list.id, index).await?;
        }
        Ok(Some(index))
    }

    /// What stands before this moment is read here; what comes later is added by the writes themselves.
    async fn fill(&self, list: &Shelf, spec: &Spec, index: i64) -> Result<()> {
        let db = &self.repository().db;
        let mut after = numbers_of(list.id).start - 1;
        loop {
            let version: Option<i64> = Repository::version_of(list.id).fetch_optional(db).await?;
            let Some(version) = version else {
                return Ok(());
            };
            let entries = self.entries(list, spec, &mut after).await?;
            if entries.is_empty() {
                return Ok(());
            }
            // As long as nothing was written since they were read, no record needs to be looked at again.
            let mut unchanged = Some(version);
            for some in entries.chunks(ADDED) {
                statements::add_unchanged(db, list.id, index, some, &mut unchanged).await?;
            }
        }
    }

    /// The entries of the records behind number `after`, sorted.
    async fn entries(&self, list: &Shelf, spec: &Spec, after: &mut i64) -> Result<Vec<Entry>> {
        let mut entries: Vec<Entry> = Vec::new();
        while entries.len() < SORTED {
            let rows: Vec<RecordRow> = Repository::following(list.id, *after, READ)
                .fetch_all(&self.repository().db)
                .await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                let record = record(row);
                *after = record.number;
                entries.push((record.number, record.stamp, spec.key(&record.json()?)));
            }
            tokio::task::yield_now().await;
        }
        entries.sort_unstable_by(|left, right| (&left.2, left.0).cmp(&(&right.2, right.0)));
        Ok(entries)
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
