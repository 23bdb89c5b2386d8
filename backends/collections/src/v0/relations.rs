//! `_embed` and `_expand`: what belongs to a record, put into it.

use underpin::{Error, Result};

use super::{Failure, Request, V0};
use crate::app::{
    http::inflection::{plural, singular},
    store::{Kind, Record, Store},
    value::{Json, Path},
};

/// What is put into each record of a list.
pub struct Relations {
    store: Store,
    /// The name under which it is put in, and the key of the children that is the record's id.
    embedded: Vec<(String, Path)>,
    /// Name, the list that it is looked for in, and the record's key that is its id.
    expanded: Vec<(String, String, String)>,
    /// The record's property that the children's key is compared with.
    id: String,
}

impl V0 {
    /// What the request wants in each record of `name`. With `--strict`, keys without a value are an error.
    pub(super) async fn relations(
        &self,
        name: &str,
        request: &Request,
    ) -> std::result::Result<Relations, Failure> {
        let suffix = &self.options.foreign_key_suffix;
        let mut embedded = Vec::new();
        let names = request.all("_embed");
        if !names.is_empty() {
            // Forming it takes many regular expressions, which stay in memory once they are made.
            let key = format!("{}{suffix}", singular(name));
            embedded.extend(names.into_iter().map(|name| (name, Path::key(&key))));
        }
        let mut expanded = Vec::new();
        for word in request.all("_expand") {
            let list = plural(&word);
            if self
                .store
                .resource(&list)
                .await?
                .is_some_and(|list| list.kind == Kind::List)
            {
                let key = format!("{word}{suffix}");
                expanded.push((word, list, key));
            }
        }
        let id = if self.options.strict {
            "id"
        } else {
            self.store.id_name()
        };
        Ok(Relations {
            store: self.store.clone(),
            embedded,
            expanded,
            id: id.to_owned(),
        })
    }

    /// The original fails where a record that is to be expanded has no key.
    pub(super) async fn must_expand(
        &self,
        relations: &Relations,
        records: &[Json],
    ) -> std::result::Result<(), Failure> {
        let expanded = relations.expanded.iter().filter(|_| self.options.strict);
        for (_, list, key) in expanded {
            let is_filled = self
                .store
                .resource(list)
                .await?
                .is_some_and(|list| list.count > 0);
            let lacks = |record: &Json| {
                let value = record.as_object().and_then(|object| object.get(key));
                value.is_none_or(|value| *value == Json::Null)
            };
            if is_filled && records.iter().any(lacks) {
                let text = "TypeError: Cannot read properties of undefined (reading 'toString')";
                return Err(Failure::original(text));
            }
        }
        Ok(())
    }
}

impl Relations {
    /// Whether nothing is put in.
    pub fn is_empty(&self) -> bool {
        self.embedded.is_empty() && self.expanded.is_empty()
    }

    /// Whether records may lack a key that the original needs.
    pub fn expands(&self) -> bool {
        !self.expanded.is_empty()
    }

    /// The records with what belongs to them.
    pub async fn add(&self, mut records: Vec<Json>) -> Result<Vec<Json>> {
        for (name, key) in &self.embedded {
            self.embed(name, key, &mut records).await?;
        }
        for (name, list, key) in &self.expanded {
            self.expand(name, list, key, &mut records).await?;
        }
        Ok(records)
    }

    async fn embed(&self, name: &str, key: &Path, records: &mut [Json]) -> Result<()> {
        let id = |record: &Json| Some(record.as_object()?.get(&self.id)?.clone());
        // No child has an array as its key.
        let ids: Vec<Json> = records
            .iter()
            .map(|record| id(record).unwrap_or(Json::Array(Vec::new())))
            .collect();
        let children = self.store.children(name, key, &ids).await?;
        for (record, children) in records.iter_mut().zip(children) {
            if let Json::Object(object) = record {
                let children = children.iter().map(Record::json);
                object.set(name, Json::Array(children.collect::<Result<_, Error>>()?));
            }
        }
        Ok(())
    }

    async fn expand(&self, name: &str, list: &str, key: &str, records: &mut [Json]) -> Result<()> {
        let id = |record: &Json| {
            let id = record
                .as_object()?
                .get(key)
                .filter(|id| **id != Json::Null)?;
            Some(id.to_text().into_owned())
        };
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
                Some(parent) => object.set(name, parent),
                None => {
                    object.remove(name);
                }
            }
        }
        Ok(())
    }
}
