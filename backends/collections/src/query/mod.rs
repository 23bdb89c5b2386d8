//! What a request asks of a resource, whichever dialect it came in: a condition, an order, a window.
//! `matches` and `sorted` are exact; how the database is asked instead is the store's affair.

mod condition;
mod pattern;
mod search;
mod sort;
mod sort_engine;
#[cfg(test)]
mod tests;
mod window;

pub use condition::{Condition, Leaf, Test};
pub use pattern::Pattern;
pub use search::Search;
pub(crate) use sort::collator;
pub use sort::{Order, Sort, SortKey, keys_of, sorted, sorted_keys};
pub use window::Window;

/// What a request asks of a resource.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Which records.
    pub condition: Condition,
    /// In which order; file order if `None`.
    pub sort: Option<Sort>,
    /// Which part of them.
    pub window: Window,
}
