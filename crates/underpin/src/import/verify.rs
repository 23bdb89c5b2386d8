//! Every row of the target beside what the source says, in both directions.

use super::{
    canonical::{Fingerprint, shown},
    progress::Progress,
    scratch::{Compared, Scratch},
    statements::{Cells, Target},
};
use crate::{Result, db::Db};

/// What the comparison of source and target gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// Records of the source that may be in.
    pub expected: u64,
    /// Rows of the target.
    pub rows: u64,
    /// Rows that are as the source says.
    pub same: u64,
    /// Records of the source that the target does not have.
    pub missing: u64,
    /// Rows of the target that the source does not have.
    pub extra: u64,
    /// Rows that differ from their records.
    pub changed: u64,
}

impl Verification {
    /// Whether source and target are the same.
    pub fn is_equal(&self) -> bool {
        self.contains_all() && self.extra == 0
    }

    /// Whether all of the source is in the target, whatever else is.
    pub fn contains_all(&self) -> bool {
        self.missing == 0 && self.changed == 0
    }
}

/// Compares. `strangers`: whether rows that the source does not have are differences, and named.
pub(super) async fn compare(
    db: &Db,
    target: &Target,
    scratch: &mut Scratch,
    strangers: bool,
    mut progress: Progress,
) -> Result<Verification> {
    let mut found = Verification {
        expected: scratch.expected()?,
        ..Verification::default()
    };
    let mut snapshot = db.snapshot().await?;
    let mut rows = target.all().stream::<Cells>(&mut snapshot).await?;
    while let Some(batch) = rows.next_batch().await? {
        for Cells(row) in batch {
            found.rows += 1;
            let key = row
                .get(target.table.key_index())
                .map(shown)
                .unwrap_or_default();
            match scratch.compare(&key, &Fingerprint::of(&row, target.engine))? {
                Compared::Same => found.same += 1,
                Compared::Changed(columns) => {
                    found.changed += 1;
                    scratch.differ("changed", &key, &names(target, &columns))?;
                }
                Compared::Extra => {
                    found.extra += 1;
                    if strangers {
                        scratch.differ("extra", &key, "")?;
                    }
                }
            }
        }
        progress.tick(found.rows);
    }
    found.missing = scratch.miss()?;
    progress.finish(found.rows);
    Ok(found)
}

fn names(target: &Target, columns: &[usize]) -> String {
    let named = columns
        .iter()
        .filter_map(|at| target.table.columns.get(*at).copied());
    named.collect::<Vec<_>>().join(", ")
}
