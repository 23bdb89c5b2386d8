//! Rules on the good path: one boolean for each kind of value that a rule can stand on.

use std::collections::BTreeMap;

use super::{Rules, Schema, rules};
use crate::Secret;

/// Can stand under the rules of `#[field(…)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` takes no rules",
    label = "rules stand on texts, lists, maps and numbers",
    note = "remove the `#[field(…)]` rule, or use a type that it means something for"
)]
pub trait Obey {
    /// Whether the value keeps every rule.
    fn obeys(&self, rules: &Rules) -> bool;
}

impl Obey for String {
    fn obeys(&self, rules: &Rules) -> bool {
        rules::length(self, rules)
    }
}

impl Obey for Secret<String> {
    fn obeys(&self, rules: &Rules) -> bool {
        rules::length(self.expose(), rules)
    }
}

impl<T: Obey> Obey for Option<T> {
    fn obeys(&self, rules: &Rules) -> bool {
        self.as_ref().is_none_or(|value| value.obeys(rules))
    }
}

impl<T: Obey> Obey for Box<T> {
    fn obeys(&self, rules: &Rules) -> bool {
        (**self).obeys(rules)
    }
}

impl<T> Obey for Vec<T> {
    fn obeys(&self, rules: &Rules) -> bool {
        rules::items(self.len(), rules)
    }
}

impl<T> Obey for BTreeMap<String, T> {
    fn obeys(&self, rules: &Rules) -> bool {
        rules::items(self.len(), rules)
    }
}

macro_rules! numbers {
    ($how:path as $wide:ty: $($type:ty),*) => {$(
        impl Obey for $type {
            fn obeys(&self, rules: &Rules) -> bool {
                $how(<$wide>::from(*self), rules)
            }
        }
    )*};
}

numbers!(rules::integer as i128: i8, i16, i32, i64, u8, u16, u32, u64);
numbers!(rules::number as f64: f32, f64);

impl Schema {
    /// This shape under rules; of an optional shape, what is not `null` is under them.
    #[must_use]
    pub fn ruled(self, rules: Rules) -> Self {
        match self {
            Self::Optional(inner) => Self::Optional(Box::new(inner.ruled(rules))),
            inner => Self::Ruled(Box::new(inner), rules),
        }
    }
}
