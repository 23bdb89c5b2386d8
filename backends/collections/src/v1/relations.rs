//! `_embed`: what belongs to a record, put into it.

use underpin::Result;

use super::V1;
use crate::app::{
    http::inflection::{v1_plural, v1_singular},
    store::{Kind, Record, Store},
    value::{Json, Path},
};

/// What is put into each record of a list, one after the other.
pub struct Relations {
    store: Store,
    each: Vec<Relation>,
    id: String,
}

enum Relation {
    /// The record of this list that the key is the id of, under this name.
    Parent {
        name: String,
        list: String,
        key: String,
    },
    /// The records of this list of which the key is the id.
    Children { name: String, key: Path },
}

impl V1 {
    /// What `names` mean for records of `list`; what is no list is left out.
    pub(super) async fn relations(&self, list: &str, names: Vec<String>) -> Result<Relations> {
        let suffix = &self.options.foreign_key_suffix;
        let mut each = Vec::new();
        for name in names {
            let is_parent = v1_singular(&name) == name;
            let other = if is_parent {
                v1_plural(&name)
            } else {
                name.clone()
            };
            let found = self.store.resource(&other).await?;
            if found.is_none_or(|found| found.kind != Kind::List) {
                continue;
            }
            each.push(if is_parent {
                let key = format!("{name}{suffix}");
                Relation::Parent {
                    name,
                    list: other,
                    key,
                }
            } else {
                let key = Path::key(&format!("{}{suffix}", v1_singular(list)));
                Relation::Children { name, key }
            });
        }
        Ok(Relations {
            store: self.store.clone(),
            each,
            id: self.store.id_name().to_owned(),
        })
    }
}

impl Relations {
    /// Whether nothing is put in.
    pub fn is_empty(&self) -> bool {
        self.each.is_empty()
    }

    /// The properties that it puts in.
    pub fn names(&self) -> Vec<&str> {
        let names = self.each.iter().map(|relation| match relation {
            Relation::Parent { name, .. } | Relation::Children { name, .. } => name.as_str(),
        });
        names.collect()
    }

    /// The records with what belongs to them.
    pub async fn add(&self, mut records: Vec<Json>) -> Result<Vec<Json>> {
        for relation in &self.each {
            match relation {
                Relation::Parent { name, list, key } => {
                    self.parent(name, list, key, &mut records).await?;
                }
                Relation::Children { name, key } => {
                    self.children(name, key, &mut records).await?;
                }
            }
        }
        Ok(records)
    }

    /// Only a text is an id: a number never is the same.
    async fn parent(&self, name: &str, list: &str, key: &str, records: &mut [Json]) -> Result<()> {
        let id = |record: &Json| Some(record.as_object()?.get(key)?.as_text()?.to_owned());
        let ids: Vec<Option<String>> = records.iter().map(id).collect();
        let wanted: Vec<String> = ids.iter().flatten().cloned().collect();
        let mut found = self.store.by_ids(list, &wanted).await?.into_iter();
        for (record, id) in records.iter_mut().zip(ids) {
            let parent = if id.is_some() {
                found.next().flatten()
            } else {
                None
            };
            let parent = parent.map(|parent| parent.json()).transpose()?;
            let Json::Object(object) = record else {
                continue;
            };
            match parent {
                Some(parent) if self.is_text_id(&parent) => object.set(name, parent),
                _ => {
                    object.remove(name);
                }
            }
        }
        Ok(())
    }

    fn is_text_id(&self, record: &Json) -> bool {
        let id = record.as_object().and_then(|object| object.get(&self.id));
        id.is_some_and(|id| id.as_text().is_some())
    }

    async fn children(&self, name: &str, key: &Path, records: &mut [Json]) -> Result<()> {
        let id = |record: &Json| Some(record.as_object()?.get(&self.id)?.clone());
        // No child has an array as its key.
        let none = || Json::Array(Vec::new());
        let ids: Vec<Json> = records
            .iter()
            .map(|record| id(record).unwrap_or_else(none))
            .collect();
        let children = self.store.children(name, key, &ids).await?;
        for (record, children) in records.iter_mut().zip(children) {
            if let Json::Object(object) = record {
                let children = children.iter().map(Record::json);
                object.set(name, Json::Array(children.collect::<Result<_>>()?));
            }
        }
        Ok(())
    }
}
