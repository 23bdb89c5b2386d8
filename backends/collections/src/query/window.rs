//! Which part of a list is shown, in the ways that the dialects count it.

use std::ops::Range;

/// Which part of a list is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// All of it.
    #[default]
    All,
    /// JavaScript's `slice(start, end)`: negative numbers count from the end.
    Slice {
        /// The first that is shown.
        start: i64,
        /// The first that is not; all the rest if `None`.
        end: Option<i64>,
    },
    /// v0's page of this size, from 1; past the end it is empty.
    Page {
        /// Which page.
        number: u64,
        /// How many on one.
        size: u64,
    },
    /// v1's page: the number is moved into the pages that there are.
    ClampedPage {
        /// Which page is asked for.
        number: i64,
        /// How many on one; 0 counts as 1.
        size: u64,
    },
}

impl Window {
    /// Which of `total` are shown.
    pub fn range(self, total: u64) -> Range<u64> {
        let range = match self {
            Self::All => 0..total,
            Self::Slice { start, end } => {
                let end = end.map_or(total, |end| from_either_end(end, total));
                from_either_end(start, total)..end
            }
            Self::Page { number, size } => {
                let start = number.saturating_sub(1).saturating_mul(size);
                start..start.saturating_add(size)
            }
            Self::ClampedPage { number, size } => {
                let start = (clamped(number, size, total) - 1).saturating_mul(size.max(1));
                start..start.saturating_add(size.max(1))
            }
        };
        let start = range.start.min(total);
        start..range.end.clamp(start, total)
    }
}

/// The page that v1 shows instead of `number`, from 1.
pub(crate) fn clamped(number: i64, size: u64, total: u64) -> u64 {
    let pages = total.div_ceil(size.max(1)).max(1);
    u64::try_from(number).unwrap_or(0).clamp(1, pages)
}

fn from_either_end(place: i64, total: u64) -> u64 {
    let distance = place.unsigned_abs();
    if place < 0 {
        total.saturating_sub(distance)
    } else {
        distance.min(total)
    }
}
