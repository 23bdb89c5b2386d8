//! The indexes of each resource, as remembered: right as long as the resource's `indexes` is the same number.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use underpin::Result;

use super::{spec::Spec, statements, texts};
use crate::app::store::{Store, repository::Shelf};

/// What an index is on.
#[derive(Clone, Debug)]
pub(in super::super) enum Of {
    /// Values, each record with one key.
    Keys(Spec),
    /// All texts, for a search.
    Texts,
}

impl Of {
    fn name(&self) -> String {
        match self {
            Self::Keys(spec) => spec.name(),
            Self::Texts => texts::NAME.to_owned(),
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        if name == texts::NAME {
            return Some(Self::Texts);
        }
        Spec::from_name(name).map(Self::Keys)
    }
}

/// An index.
#[derive(Debug)]
pub(in super::super) struct Index {
    pub(in super::super) id: i64,
    pub(in super::super) name: String,
    pub(in super::super) of: Of,
    /// Whether every record is in it.
    pub(in super::super) ready: bool,
}

/// The indexes of one resource, and the number that it had then.
type Known = (i64, Arc<[Index]>);

/// What is remembered, by the resource's id.
#[derive(Debug, Default)]
pub(in super::super) struct Indexes {
    known: Mutex<HashMap<i64, Known>>,
    /// When each index was last used, by its id.
    used: Mutex<HashMap<i64, u64>>,
    uses: AtomicU64,
}

impl Indexes {
    fn get(&self, list: &Shelf) -> Option<Arc<[Index]>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (version, indexes) = known.get(&list.id)?;
        (*version == list.indexes).then(|| Arc::clone(indexes))
    }

    fn keep(&self, list: &Shelf, indexes: &Arc<[Index]>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Resources that were replaced by a load are forgotten with the rest.
        if known.len() > 4096 {
            known.clear();
        }
        known.insert(list.id, (list.indexes, Arc::clone(indexes)));
    }

    fn use_now(&self, index: i64) {
        let now = self.uses.fetch_add(1, Ordering::Relaxed);
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.insert(index, now + 1);
    }

    fn last_use(&self, index: i64) -> u64 {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.get(&index).copied().unwrap_or(0)
    }
}

impl Store {
    /// The indexes of a resource, as they were when `list` was read.
    pub(in super::super) async fn indexes(&self, list: &Shelf) -> Result<Arc<[Index]>> {
        if list.indexes == 0 {
            return Ok(Arc::new([]));
        }
        if let Some(indexes) = self.0.indexes.get(list) {
            return Ok(indexes);
        }
        let rows = statements::of_resource(&self.repository().db, list.id).await?;
        // They belong to a later version of the resource if it has changed meanwhile.
        let now = self.repository().shelf(&list.name).await?;
        let indexes = rows.into_iter().filter_map(|(id, name, state)| {
            Some(Index {
                id,
                of: Of::from_name(&name)?,
                name,
                ready: state == statements::READY,
            })
        });
        let indexes: Arc<[Index]> = indexes.collect();
        if now.is_some_and(|now| now.id == list.id && now.indexes == list.indexes) {
            self.0.indexes.keep(list, &indexes);
        }
        Ok(indexes)
    }

    /// The index on this, if it is ready. If there is none, it is made, and waited for a little.
    pub(in super::super) async fn index(&self, list: &Shelf, of: &Of) -> Result<Option<i64>> {
        let name = of.name();
        let indexes = self.indexes(list).await?;
        if let Some(index) = indexes
            .iter()
            .find(|index| index.name == name && index.ready)
        {
            self.0.indexes.use_now(index.id);
            return Ok(Some(index.id));
        }
        let made = self.make_index(list, of, &name).await?;
        if let Some(index) = made {
            self.0.indexes.use_now(index);
        }
        Ok(made)
    }

    /// The index of these that was not used for longest; the one for searching stays.
    pub(super) fn least_used<'i>(&self, indexes: &'i [Index]) -> Option<&'i Index> {
        let of_keys = indexes
            .iter()
            .filter(|index| matches!(index.of, Of::Keys(_)));
        of_keys.min_by_key(|index| self.0.indexes.last_use(index.id))
    }
}
