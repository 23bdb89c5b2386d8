//! A value that must not be shown: prints as stars, compares in constant time.

mod kept;

use std::fmt;

use serde::{Deserialize, Deserializer};
use subtle::ConstantTimeEq;

use crate::validation::{Model, Schema};

pub use kept::kept_in;

/// Holds a secret. `Debug` and `Display` print stars; only [`Secret::expose`] gives it out.
#[derive(Clone)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps `value`.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: AsRef<[u8]>> Secret<T> {
    /// Whether it equals `other`, in a time that does not tell where they differ.
    pub fn matches(&self, other: impl AsRef<[u8]>) -> bool {
        self.0.as_ref().ct_eq(other.as_ref()).into()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

/// It looks like what it hides; it can be read but never written.
impl<T: Model> Model for Secret<T> {
    fn schema() -> Schema {
        T::schema()
    }

    fn check(&self) -> bool {
        self.0.check()
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}
