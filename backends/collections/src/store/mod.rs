//! The data at rest: resources, their records, and every change to them. The only place with SQL.
//! What a request means and how an answer looks is the dialects' affair.
//!
//! | question | answer |
//! |---|---|
//! | which resources are there | [`Store::catalog`], [`Store::resource`] |
//! | one record | [`Store::get`] |
//! | a list, filtered, sorted, in part | [`Store::list`] |
//! | what belongs to these records | [`Store::children`], [`Store::by_ids`] |
//! | changing records | [`Store::insert`], [`Store::replace`], [`Store::merge`], [`Store::delete`], [`Store::write`] |
//! | what is no list | [`Store::value`], [`Store::set_value`], [`Store::merge_value`] |
//! | everything anew, or out | [`Store::load`], [`Store::export`] |

mod catalog;
mod changes;
mod commit;
mod counts;
mod dependents;
mod draws;
mod driver;
mod export;
mod identity;
mod index;
mod listing;
mod load;
mod model;
mod numbering;
mod ordering;
mod places;
mod plan;
mod relations;
mod repository;
mod restriction;
mod searching;
#[cfg(test)]
mod tests;
mod totals;
mod values;
mod walk;
mod writes;

use std::sync::Arc;

use underpin::{Context, Provide, Random, Result, StartError, Tasks, db::Db};

pub use self::restriction::Restriction;
use self::{
    catalog::Catalogs,
    counts::{Facts, Keys},
    draws::Draws,
    index::{Building, Indexes},
    numbering::Numbering,
    places::Places,
    repository::Repository,
    writes::Writes,
};
pub use self::{
    dependents::Dependents,
    export::{Export, Part},
    listing::Listing,
    load::{Load, LoadError},
    model::{Catalog, Kind, NewId, Record, Refusal, Resource, Write},
};

/// The property that identifies a record, if it is not `id`: put into the app by `--id`.
#[derive(Clone, Debug)]
pub struct IdName(pub String);

/// The data. Cloning is cheap and shares it.
#[derive(Clone, Debug)]
pub struct Store(Arc<Inner>, Option<Arc<Restriction>>);

#[derive(Debug)]
struct Inner {
    repository: Repository,
    draws: Draws,
    tasks: Tasks,
    id_name: String,
    facts: Facts,
    keys: Keys,
    indexes: Indexes,
    building: Building,
    catalogs: Catalogs,
    numbering: Numbering,
    places: Places,
    writes: Writes,
    /// Counts the changes that this instance has made.
    changes: tokio::sync::watch::Sender<u64>,
    /// Writers share it; who must be undisturbed has it alone.
    gate: Arc<tokio::sync::RwLock<()>>,
}

impl Store {
    /// A store in `db`, whose records are identified by their property `id_name`.
    pub fn new(db: Db, random: Random, tasks: Tasks, id_name: &str) -> Self {
        let repository = Repository::new(db);
        Self(
            Arc::new(Inner {
                draws: Draws::of(random),
                tasks,
                id_name: id_name.to_owned(),
                facts: Facts::default(),
                keys: Keys::new(repository.is_alone()),
                repository,
                indexes: Indexes::default(),
                building: Building::default(),
                catalogs: Catalogs::default(),
                numbering: Numbering::default(),
                places: Places::default(),
                writes: Writes::default(),
                changes: tokio::sync::watch::Sender::new(0),
                gate: Arc::default(),
            }),
            None,
        )
    }

    /// The property that identifies a record.
    pub fn id_name(&self) -> &str {
        &self.0.id_name
    }

    /// Tells of every change that this instance makes: for writing the file back.
    pub fn changes(&self) -> tokio::sync::watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// How many writes of records this instance has made, with or without success; `None` while one is under way.
    pub fn settled_writes(&self) -> Option<u64> {
        self.0.writes.settled()
    }

    /// Whether nobody else writes or loads.
    pub fn is_alone(&self) -> bool {
        self.repository().is_alone()
    }

    /// A number that differs whenever the data differs, whichever instance has changed it.
    pub async fn version(&self) -> Result<i64> {
        self.repository().version().await
    }

    /// Gives back the memory that reading a whole file took. Whether that succeeds is no matter for who has read it.
    pub async fn release_memory(&self) {
        if let Err(error) = self.repository().db.release_memory().await {
            tracing::warn!(error = error.chain(), "memory could not be given back");
        }
    }

    /// Lets no request of this instance write until the guard is dropped: for an edit of the file that could not
    /// be taken because of all the writing.
    pub async fn hold_writes(&self) -> tokio::sync::OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.0.gate).write_owned().await
    }

    /// The same data, of which only what `restriction` allows is seen and changed.
    pub fn restricted(&self, restriction: Restriction) -> Self {
        Self(Arc::clone(&self.0), Some(Arc::new(restriction)))
    }

    fn repository(&self) -> &Repository {
        &self.0.repository
    }

    fn changed(&self) {
        self.0.changes.send_modify(|count| *count += 1);
    }
}

/// One per app: what it remembers is shared.
impl Provide for Store {
    fn provide(context: &Context) -> Result<Self, StartError> {
        let store = context.once(|| {
            let id_name = context.find::<IdName>();
            let id_name = id_name.as_deref().map_or("id", |name| name.0.as_str());
            Ok(Self::new(
                Db::provide(context)?,
                context.random().clone(),
                Tasks::provide(context)?,
                id_name,
            ))
        })?;
        Ok(Self::clone(&store))
    }
}
