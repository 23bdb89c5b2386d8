//! What an index is on: the values at one or more paths, each rising or falling, in one of the two orders.

use super::key;
use crate::app::{
    query::{Order, Sort, SortKey},
    value::{Json, Object, Path, parse},
};

/// More criteria than this are not indexed: a key has to fit into a page of PostgreSQL.
const MOST: usize = 4;

/// What an index is on.
#[derive(Clone, Debug)]
pub(in super::super) struct Spec {
    /// The order is among the records that are alike at this path.
    within: Option<Path>,
    order: Order,
    keys: Vec<SortKey>,
}

impl Spec {
    /// For filtering by the values at `path`.
    pub(in super::super) fn of_path(path: &Path) -> Self {
        Self {
            within: None,
            order: Order::CodeUnits,
            keys: vec![SortKey {
                path: path.clone(),
                descending: false,
            }],
        }
    }

    /// For this order, of all records or of those that are alike at the path `within`.
    pub(in super::super) fn of_sort(sort: &Sort, within: Option<&Path>) -> Option<Self> {
        let length = sort.keys.len() + usize::from(within.is_some());
        let is_short = !sort.keys.is_empty() && length <= MOST;
        is_short.then(|| Self {
            within: within.cloned(),
            order: sort.order,
            keys: sort.keys.clone(),
        })
    }

    /// The key of a record.
    pub(in super::super) fn key(&self, record: &Json) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some(path) = &self.within {
            key::push(path.get(record).as_deref(), Order::CodeUnits, &mut bytes);
        }
        for SortKey { path, descending } in &self.keys {
            let from = bytes.len();
            key::push(path.get(record).as_deref(), self.order, &mut bytes);
            if *descending {
                for byte in bytes.iter_mut().skip(from) {
                    *byte = !*byte;
                }
            }
        }
        bytes
    }

    /// What it is called in the table of indexes.
    pub(in super::super) fn name(&self) -> String {
        let keys = self.keys.iter().map(|SortKey { path, descending }| {
            let entries = vec![
                ("path".to_owned(), path.to_json()),
                ("descending".to_owned(), Json::Bool(*descending)),
            ];
            Json::Object(Object::from_entries(entries))
        });
        let mut entries = vec![
            (
                "collated".to_owned(),
                Json::Bool(self.order == Order::Collated),
            ),
            ("keys".to_owned(), Json::Array(keys.collect())),
        ];
        let within = self.within.iter().map(Path::to_json);
        entries.extend(within.map(|path| ("within".to_owned(), path)));
        Json::Object(Object::from_entries(entries)).to_string()
    }

    /// Reads [`Spec::name`].
    pub(in super::super) fn from_name(name: &str) -> Option<Self> {
        let json = parse(name).ok()?;
        let object = json.as_object()?;
        let order = match object.get("collated")? {
            Json::Bool(true) => Order::Collated,
            _ => Order::CodeUnits,
        };
        let Json::Array(keys) = object.get("keys")? else {
            return None;
        };
        let keys = keys.iter().map(|key| {
            let key = key.as_object()?;
            Some(SortKey {
                path: Path::from_json(key.get("path")?)?,
                descending: *key.get("descending")? == Json::Bool(true),
            })
        });
        let within = match object.get("within") {
            Some(path) => Some(Path::from_json(path)?),
            None => None,
        };
        Some(Self {
            within,
            order,
            keys: keys.collect::<Option<_>>()?,
        })
    }
}
