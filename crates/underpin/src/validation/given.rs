//! A field of a partial update: what was not sent keeps what is stored.

use serde::{Deserialize, Deserializer};

use super::{Model, Obey, Rules, Schema};

/// What a partial update says of a field: nothing, or a value. `Given<Option<T>>` also tells a `null` that was
/// sent from a field that was not; `Given<T>` refuses `null`.
///
/// ```
/// use underpin::{model, validation::Given};
///
/// /// Changes to a book.
/// #[model(request)]
/// struct BookUpdate {
///     /// May be left out, but is never null.
///     #[serde(default)]
///     #[field(min_length = 1)]
///     title: Given<String>,
///     /// May be left out; null clears it.
///     #[serde(default)]
///     subtitle: Given<Option<String>>,
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given<T>(Option<T>);

impl<T> Given<T> {
    /// The value, if one was sent.
    pub fn value(self) -> Option<T> {
        self.0
    }

    /// Whether a value was sent.
    pub fn is_given(&self) -> bool {
        self.0.is_some()
    }
}

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> From<T> for Given<T> {
    fn from(value: T) -> Self {
        Self(Some(value))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }
}

impl<T: Model> Model for Given<T> {
    fn schema() -> Schema {
        T::schema()
    }

    fn check(&self) -> bool {
        self.0.as_ref().is_none_or(T::check)
    }
}

impl<T: Obey> Obey for Given<T> {
    fn obeys(&self, rules: &Rules) -> bool {
        self.0.as_ref().is_none_or(|value| value.obeys(rules))
    }
}
