//! Fingerprints of what the data file last held: enough to tell what an edit changed, small enough to be kept.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest as _, Sha256};

use crate::app::value::Json;

/// The key and the content of one record, as hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Print {
    /// Which record it is: by its id, or by its content where it has none.
    pub key: u64,
    /// What it holds.
    pub content: u64,
}

/// All records of one resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourcePrints {
    /// Whether it is a collection.
    pub is_list: bool,
    prints: Vec<Print>,
    sorted: bool,
}

/// All resources of a file, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prints {
    names: Vec<String>,
    resources: BTreeMap<String, ResourcePrints>,
}

impl Prints {
    /// Begins a resource; of one that came before nothing is left.
    pub fn begin(&mut self, name: &str, is_list: bool) {
        if !self.resources.contains_key(name) {
            self.names.push(name.to_owned());
        }
        let begun = ResourcePrints {
            is_list,
            ..ResourcePrints::default()
        };
        self.resources.insert(name.to_owned(), begun);
    }

    /// Adds a record to a resource that was begun.
    pub fn add(&mut self, name: &str, print: Print) {
        if let Some(resource) = self.resources.get_mut(name) {
            resource.prints.push(print);
            resource.sorted = false;
        }
    }

    /// Sorts everything, after which records can be looked up.
    pub fn finish(&mut self) {
        for resource in self.resources.values_mut() {
            resource.prints.sort_unstable();
            resource.prints.shrink_to_fit();
            resource.sorted = true;
        }
    }

    /// The names, in the file's order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// One resource.
    pub fn resource(&self, name: &str) -> Option<&ResourcePrints> {
        self.resources.get(name)
    }

    /// Puts back a resource that was kept, sorted.
    pub fn restore(&mut self, name: &str, is_list: bool, bytes: &[u8]) {
        if !self.resources.contains_key(name) {
            self.begin(name, is_list);
        }
        for chunk in bytes.chunks_exact(16) {
            let (key, content) = chunk.split_at(8);
            self.add(
                name,
                Print {
                    key: number(key),
                    content: number(content),
                },
            );
        }
    }
}

impl ResourcePrints {
    /// What was kept of the record with this key.
    pub fn content(&self, key: u64) -> Option<u64> {
        debug_assert!(self.sorted, "looked at before it was finished");
        let at = self
            .prints
            .binary_search_by_key(&key, |print| print.key)
            .ok()?;
        self.prints.get(at).map(|print| print.content)
    }

    /// Every record, sorted by key.
    pub fn all(&self) -> &[Print] {
        &self.prints
    }

    /// To be kept: so many records in each part.
    pub fn parts(&self, records: usize) -> Vec<Vec<u8>> {
        let bytes = |print: &Print| [print.key.to_be_bytes(), print.content.to_be_bytes()].concat();
        if self.prints.is_empty() {
            return vec![Vec::new()];
        }
        let parts = self.prints.chunks(records.max(1));
        parts
            .map(|part| part.iter().flat_map(bytes).collect())
            .collect()
    }
}

/// Makes the prints of a collection's records, one after the other.
#[derive(Debug, Default)]
pub struct Printer {
    /// How often a record without an id has come with this content.
    times: HashMap<u64, u64>,
    text: String,
}

impl Printer {
    /// The print of a record whose id is in this property. A number and its text are one id: the dialects
    /// make one of the other.
    pub fn print(&mut self, record: &Json, name: &str) -> Print {
        let id = record.as_object().and_then(|object| object.get(name));
        let id = id.filter(|id| **id != Json::Null);
        self.text.clear();
        match (id, record) {
            (Some(id @ Json::Number(_)), Json::Object(object)) => {
                let mut object = object.clone();
                object.set(name, Json::Text(id.to_text().into_owned()));
                Json::Object(object).write(&mut self.text);
            }
            _ => record.write(&mut self.text),
        }
        let content = hash(&[self.text.as_bytes()]);
        let key = if let Some(id) = id {
            hash(&[b"id", id.to_text().as_bytes()])
        } else {
            let times = self.times.entry(content).or_default();
            *times += 1;
            hash(&[b"content", &content.to_be_bytes(), &times.to_be_bytes()])
        };
        Print { key, content }
    }

    /// The print of what is no collection.
    pub fn whole(value: &Json) -> Print {
        let content = hash(&[value.to_string().as_bytes()]);
        Print { key: 0, content }
    }
}

fn hash(parts: &[&[u8]]) -> u64 {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    number(&hasher.finalize())
}

fn number(bytes: &[u8]) -> u64 {
    let first = bytes.get(..8).and_then(|first| first.try_into().ok());
    u64::from_be_bytes(first.unwrap_or_default())
}
