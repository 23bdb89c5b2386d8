//! An object's keys in JavaScript's order: those that are array indexes first, by number; then the others as they came.

use std::collections::HashMap;

use super::Json;

/// Up to so many keys, looking at each is quicker than a table of them.
const FEW: usize = 16;

/// Keys with values, in JavaScript's order; each key once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(Vec<(String, Json)>);

impl Object {
    /// An object without keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// Of a key that comes twice, the last value stands in the first place.
    pub fn from_entries(entries: Vec<(String, Json)>) -> Self {
        let mut kept = unique(entries);
        if kept.iter().any(|(key, _)| array_index(key).is_some()) {
            kept.sort_by_key(|(key, _)| array_index(key).unwrap_or(u32::MAX));
        }
        Self(kept)
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Json> {
        let found = self.0.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value)
    }

    /// Sets `key`: in its place if it is there, else behind the others.
    pub fn set(&mut self, key: &str, value: Json) {
        if let Some((_, old)) = self.0.iter_mut().find(|(name, _)| name == key) {
            *old = value;
            return;
        }
        let at = match array_index(key) {
            None => self.0.len(),
            Some(index) => {
                let smaller = |name: &str| array_index(name).is_some_and(|other| other < index);
                self.0.iter().take_while(|(name, _)| smaller(name)).count()
            }
        };
        self.0.insert(at, (key.to_owned(), value));
    }

    /// Takes `key` out.
    pub fn remove(&mut self, key: &str) -> Option<Json> {
        let at = self.0.iter().position(|(name, _)| name == key)?;
        Some(self.0.remove(at).1)
    }

    /// Sets every key of `other`: JavaScript's `Object.assign`.
    pub fn assign(&mut self, other: Object) {
        if self.0.len().min(other.0.len()) <= FEW {
            for (key, value) in other.0 {
                self.set(&key, value);
            }
        } else {
            let mut all = std::mem::take(&mut self.0);
            all.extend(other.0);
            *self = Self::from_entries(all);
        }
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Keys and values in order, out of the object.
    pub fn into_entries(self) -> Vec<(String, Json)> {
        self.0
    }
}

impl FromIterator<(String, Json)> for Object {
    fn from_iter<I: IntoIterator<Item = (String, Json)>>(entries: I) -> Self {
        Self::from_entries(entries.into_iter().collect())
    }
}

fn unique(entries: Vec<(String, Json)>) -> Vec<(String, Json)> {
    let mut kept: Vec<(String, Json)> = Vec::with_capacity(entries.len());
    if entries.len() <= FEW {
        for (key, value) in entries {
            match kept.iter_mut().find(|(name, _)| *name == key) {
                Some((_, old)) => *old = value,
                None => kept.push((key, value)),
            }
        }
        return kept;
    }
    let mut places: HashMap<String, usize> = HashMap::with_capacity(entries.len());
    for (key, value) in entries {
        if let Some((_, old)) = places.get(&key).and_then(|at| kept.get_mut(*at)) {
            *old = value;
        } else {
            places.insert(key.clone(), kept.len());
            kept.push((key, value));
        }
    }
    kept
}

/// The number that `key` is, if JavaScript takes it for an array index.
pub(super) fn array_index(key: &str) -> Option<u32> {
    let digits = key.as_bytes();
    let canonical = match digits {
        [] => false,
        [b'0'] => true,
        [first, ..] => {
            *first != b'0' && digits.len() <= 10 && digits.iter().all(u8::is_ascii_digit)
        }
    };
    let number: u32 = canonical.then(|| key.parse().ok())??;
    (number != u32::MAX).then_some(number)
}
