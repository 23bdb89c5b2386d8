//! The order of a list: how two records compare in each dialect, and sorting as the original's engine does it.

use std::{borrow::Cow, cmp::Ordering, sync::LazyLock};

use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences, options::CollatorOptions};

use crate::app::value::{Json, Path, less, strictly_equal};

/// An order of records.
#[derive(Clone, Debug)]
pub struct Sort {
    /// How two values compare.
    pub order: Order,
    /// The first decides, the next where it finds no difference.
    pub keys: Vec<SortKey>,
}

/// One criterion of an order.
#[derive(Clone, Debug)]
pub struct SortKey {
    /// Where the values lie.
    pub path: Path,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// v0: texts by code units; `null`, then missing, at the end; descending is the reverse.
    CodeUnits,
    /// v1: texts by Unicode collation; missing, `null`, `""` and `false` at the end, descending at the start.
    Collated,
}

/// Compares texts as v1 does: Unicode's root collation.
pub(crate) fn collator() -> Option<&'static CollatorBorrowed<'static>> {
    static COLLATOR: LazyLock<Option<CollatorBorrowed<'static>>> = LazyLock::new(|| {
        Collator::try_new(CollatorPreferences::default(), CollatorOptions::default()).ok()
    });
    COLLATOR.as_ref()
}

/// What a record is sorted by: one value for each criterion.
pub type Keys = Vec<Option<Json>>;

/// What `record` is sorted by.
pub fn keys_of(record: &Json, sort: &Sort) -> Keys {
    let value = |key: &SortKey| key.path.get(record).map(Cow::into_owned);
    sort.keys.iter().map(value).collect()
}

/// The places of `records` in the order of `sort`.
pub fn sorted(records: &[Json], sort: &Sort) -> Vec<usize> {
    let keys: Vec<_> = records.iter().map(|record| keys_of(record, sort)).collect();
    sorted_keys(&keys, sort)
}

/// The places of records with these keys in the order of `sort`. Sorts as JavaScript's engine does, so that even
/// where values of different types make the comparison contradict itself, short lists come out as the original's.
pub fn sorted_keys(keys: &[Keys], sort: &Sort) -> Vec<usize> {
    let comparison = Comparison {
        sort,
        collator: collator(),
    };
    let key = |place: &usize| keys.get(*place).map(Vec::as_slice).unwrap_or_default();
    let compare = |left: &usize, right: &usize| comparison.compare(key(left), key(right));
    super::sort_engine::sort((0..keys.len()).collect(), compare)
}

struct Comparison<'s> {
    sort: &'s Sort,
    collator: Option<&'static CollatorBorrowed<'static>>,
}

impl Comparison<'_> {
    fn compare(&self, left: &[Option<Json>], right: &[Option<Json>]) -> Ordering {
        for ((key, left), right) in self.sort.keys.iter().zip(left).zip(right) {
            let (left, right) = (left.as_ref(), right.as_ref());
            let order = match self.sort.order {
                Order::CodeUnits => by_code_units(left, right, key.descending),
                Order::Collated => self.collated(left, right, key.descending),
            };
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    }

    fn collated(&self, left: Option<&Json>, right: Option<&Json>, descending: bool) -> Ordering {
        let is_absent = |value: Option<&Json>| {
            value.is_none_or(|value| !value.is_truthy() && *value != Json::Number(0.0))
        };
        let is_same = match (left, right) {
            (Some(left), Some(right)) => strictly_equal(left, right),
            (None, None) => true,
            _ => false,
        };
        if is_same {
            return Ordering::Equal;
        }
        let turned = |order: Ordering| if descending { order.reverse() } else { order };
        let (Some(left), Some(right)) = (left, right) else {
            return turned(if is_absent(right) {
                Ordering::Less
            } else {
                Ordering::Greater
            });
        };
        if is_absent(Some(right)) {
            return turned(Ordering::Less);
        }
        if is_absent(Some(left)) {
            return turned(Ordering::Greater);
        }
        match (left, right, self.collator) {
            (Json::Text(left), Json::Text(right), Some(collator)) => {
                turned(collator.compare(left, right))
            }
            _ if descending == less(left, right) => Ordering::Greater,
            _ => Ordering::Less,
        }
    }
}

fn by_code_units(left: Option<&Json>, right: Option<&Json>, descending: bool) -> Ordering {
    let order = match (left, right) {
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(left), Some(right)) => values_by_code_units(left, right),
        (None, None) => Ordering::Equal,
    };
    if descending { order.reverse() } else { order }
}

fn values_by_code_units(left: &Json, right: &Json) -> Ordering {
    let is_greater = |left: &Json, right: &Json| match (left, right) {
        (Json::Null, right) => *right != Json::Null,
        (_, Json::Null) => false,
        (left, right) => less(right, left),
    };
    match (
        strictly_equal(left, right),
        is_greater(left, right),
        is_greater(right, left),
    ) {
        (false, true, _) => Ordering::Greater,
        (false, _, true) => Ordering::Less,
        _ => Ordering::Equal,
    }
}
