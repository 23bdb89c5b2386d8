//! What becomes of records that refer to a deleted one.

use std::{fmt, sync::Arc};

use underpin::Result;

use super::{
    Store,
    commit::{Change, Changes},
    model::{Record, Write},
    repository::Shelf,
};
use crate::app::{
    query::{Condition, Query, Test},
    value::{Json, Object, Path},
};

/// The properties by which other records refer to those of a resource.
pub type Keys = Arc<dyn Fn(&str) -> Vec<String> + Send + Sync>;

/// What becomes of records that refer to a deleted one.
#[derive(Clone, Default)]
pub enum Dependents {
    /// Nothing.
    #[default]
    Keep,
    /// v0: they are removed, whatever the type of the id. What refers to them in turn stays.
    Remove(Keys),
    /// v1: in other lists, their reference becomes `null` if it is the id, of the same type.
    Clear {
        /// The properties.
        keys: Keys,
        /// In these lists, such records are removed instead.
        remove_in: Vec<String>,
        /// There, those that were `null` before are removed too.
        also_null: bool,
    },
}

impl fmt::Debug for Dependents {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Keep => "Keep",
            Self::Remove(_) => "Remove",
            Self::Clear { .. } => "Clear",
        })
    }
}

impl Store {
    /// Adds what the removals among `writes` bring about elsewhere.
    pub(super) async fn add_dependents(
        &self,
        list: &Shelf,
        writes: &[Write],
        dependents: &Dependents,
        changes: &mut Changes,
    ) -> Result<()> {
        let ids = writes.iter().filter_map(|write| match write {
            Write::Delete(id) => Some(id.clone()),
            _ => None,
        });
        let ids: Vec<String> = ids.collect();
        if ids.is_empty() {
            return Ok(());
        }
        match dependents {
            Dependents::Keep => Ok(()),
            Dependents::Remove(keys) => self.remove_all(list, &ids, keys, changes).await,
            Dependents::Clear {
                keys,
                remove_in,
                also_null,
            } => {
                let keys = keys(&list.name);
                for other in self.repository().shelves().await? {
                    if !other.is_list() || other.id == list.id {
                        continue;
                    }
                    let remove = remove_in.contains(&other.name);
                    let nulls = remove && *also_null;
                    self.clear_in(&other, &ids, &keys, remove, nulls, changes)
                        .await?;
                }
                Ok(())
            }
        }
    }

    async fn remove_all(
        &self,
        list: &Shelf,
        ids: &[String],
        keys: &Keys,
        changes: &mut Changes,
    ) -> Result<()> {
        let keys = keys(&list.name);
        let tests: Vec<Test> = ids.iter().cloned().map(Test::TextIs).collect();
        let shelves = self.repository().shelves().await?;
        for other in shelves.iter().filter(|other| other.is_list()) {
            for old in self.with_any(&other.name, &keys, &tests).await? {
                if !changes.has(&old) {
                    changes.add(other, Change::Remove { old });
                }
            }
        }
        Ok(())
    }

    async fn clear_in(
        &self,
        list: &Shelf,
        ids: &[String],
        keys: &[String],
        remove: bool,
        nulls: bool,
        changes: &mut Changes,
    ) -> Result<()> {
        let mut wanted: Vec<Json> = ids.iter().map(|id| id.as_str().into()).collect();
        wanted.extend(nulls.then_some(Json::Null));
        let tests = [Test::In(wanted.clone())];
        for old in self.with_any(&list.name, keys, &tests).await? {
            if remove {
                changes.add(list, Change::Remove { old });
                continue;
            }
            let mut body = old.json()?.as_object().cloned().unwrap_or_default();
            clear(&mut body, keys, &wanted);
            let body = Json::Object(body);
            changes.add(list, Change::Update { old, body });
        }
        Ok(())
    }

    /// The records of which one of `keys` passes one of `tests`.
    async fn with_any(&self, name: &str, keys: &[String], tests: &[Test]) -> Result<Vec<Record>> {
        let leaf = |key: &String| {
            let tests = tests.iter().cloned();
            tests
                .map(|test| Condition::leaf(Path::key(key), test))
                .collect::<Vec<_>>()
        };
        let condition = Condition::Or(keys.iter().flat_map(leaf).collect()).simplified();
        let query = Query {
            condition,
            ..Query::default()
        };
        match self.list(name, &query).await? {
            Some(listing) => listing.all().await,
            None => Ok(Vec::new()),
        }
    }
}

fn clear(body: &mut Object, keys: &[String], wanted: &[Json]) {
    for key in keys {
        if body.get(key).is_some_and(|value| wanted.contains(value)) {
            body.set(key, Json::Null);
        }
    }
}
