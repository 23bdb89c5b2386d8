//! Which resources there are. The names are remembered for a second: on PostgreSQL others may load a file.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use tokio::time::Instant;
use underpin::Result;

use super::{
    Store,
    model::{Catalog, Kind, Resource},
    repository::Shelf,
};

/// How long the names are remembered.
const FRESH: Duration = Duration::from_secs(1);

/// The last catalogue that was read.
#[derive(Debug, Default)]
pub(super) struct Catalogs(RwLock<Option<(Instant, Arc<Catalog>)>>);

impl Catalogs {
    fn fresh(&self) -> Option<Arc<Catalog>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (read, catalog) = kept.as_ref()?;
        (read.elapsed() < FRESH).then(|| Arc::clone(catalog))
    }

    fn keep(&self, catalog: &Arc<Catalog>) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((Instant::now(), Arc::clone(catalog)));
    }

    /// The next question reads them anew.
    pub(super) fn forget(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Store {
    /// The resources: cheap, and a second old at most; so are the counts. For a resource's count of now
    /// ask [`Store::resource`].
    pub async fn catalog(&self) -> Result<Arc<Catalog>> {
        if let Some(catalog) = self.0.catalogs.fresh() {
            return Ok(catalog);
        }
        let shelves = self.repository().shelves().await?;
        let catalog = Arc::new(Catalog(shelves.iter().map(resource).collect()));
        self.0.catalogs.keep(&catalog);
        Ok(catalog)
    }

    /// The row of a list as it is now; it is remembered.
    pub(super) async fn list_now(&self, name: &str) -> Result<Option<Shelf>> {
        let loads = self.0.places.loads();
        let list = self.repository().shelf(name).await?;
        let list = list.filter(Shelf::is_list);
        if let Some(list) = &list {
            self.0.places.keep(list, loads);
        }
        Ok(list)
    }

    /// The resource of exactly this name, as it is now.
    pub async fn resource(&self, name: &str) -> Result<Option<Resource>> {
        let list = self.repository().shelf(name).await?;
        Ok(list.as_ref().map(resource))
    }
}

fn resource(list: &Shelf) -> Resource {
    let is_object = list.start.as_deref() == Some("{");
    let (kind, count) = match (list.is_list(), is_object) {
        (true, _) => (Kind::List, u64::try_from(list.count).unwrap_or(0)),
        (false, true) => (Kind::Single, 1),
        (false, false) => (Kind::Scalar, 1),
    };
    Resource {
        name: list.name.clone(),
        kind,
        count,
    }
}
