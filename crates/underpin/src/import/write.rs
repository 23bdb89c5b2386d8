//! A batch on its way into the table: rows, what undoes them, and the checkpoint, all or none.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sha2::Digest as _;

use super::{
    CheckpointState, Counts, Import, Verdict,
    canonical::{hex, packed},
    ledger::{self, Run, Written, state},
    lock,
    pass::{End, Pass, Purpose, Ready},
    record::Accepted,
    statements::{Finder, Standing, Target},
};
use crate::{
    Error, Result, StartError,
    db::{DbErrorKind, Transaction, Value},
};

impl<I: Import> Pass<'_, I> {
    /// Writes a batch; one that the database refuses is halved until the record at fault is alone.
    pub(super) async fn write_all(&mut self, batch: Vec<Ready>, end: End) -> Result<()> {
        let mut parts = vec![(batch, end, 0)];
        while let Some((mut batch, end, tries)) = parts.pop() {
            let refused = match self.write(&batch, &end).await {
                Ok(()) => continue,
                Err(error) if may_pass(&error) && tries < 3 => {
                    parts.push((batch, end, tries + 1));
                    continue;
                }
                Err(error) if is_about_data(&error) => error,
                Err(error) if takes_too_long(&error) && batch.len() > 1 => error,
                Err(error) => return Err(error),
            };
            let half = batch.len() / 2;
            match batch.first() {
                None => return Err(refused),
                Some(Ready { record, .. }) if batch.len() == 1 => {
                    let (key, place) = (record.key.clone(), record.place);
                    self.scratch.forget(&key)?;
                    self.counts.rejected += 1;
                    self.remark(place, &key, "refused_by_database", Verdict::Reject)?;
                    parts.push((Vec::new(), end, 0));
                }
                Some(_) => {
                    let second = batch.split_off(half);
                    let middle = batch
                        .last()
                        .map_or_else(|| end.clone(), |last| last.end.clone());
                    parts.push((second, end, 0));
                    parts.push((batch, middle, 0));
                }
            }
        }
        Ok(())
    }

    /// Rows, what undoes them, and the checkpoint: all or none.
    async fn write(&mut self, batch: &[Ready], end: &End) -> Result<()> {
        let Purpose::Write(writing) = &self.purpose else {
            return Ok(());
        };
        let (mut run, before) = (writing.run.clone(), writing.run.position);
        let now = self.clock.now();
        let rows: Vec<&Accepted> = batch.iter().map(|ready| &ready.record).collect();
        let mut transaction = self.db.begin().await?;
        let target = self.target;
        lock::enter(self.db, &mut transaction, target.table.name).await?;
        let standing = standing(&target, &mut Finder::Transaction(&mut transaction), &rows).await?;
        let mut sorted = Sorted::default();
        for row in rows {
            sorted.sort(row, standing.get(&row.key), &self.target);
        }
        sorted
            .write(&mut transaction, &self.target, &run.id, now)
            .await?;
        run.inserted += count(sorted.fresh.len());
        run.updated += count(sorted.changed.len());
        run.unchanged += sorted.unchanged;
        run.position = i64::try_from(end.position).unwrap_or(i64::MAX);
        run.batch += 1;
        run.digest = hex(&end.digest.clone().finalize());
        if end.is_last {
            state::COMPLETED.clone_into(&mut run.state);
        }
        if !ledger::checkpoint(&mut transaction, &run, before).await? {
            return Err(overtaken(&run.id).into());
        }
        let state = if end.is_last {
            CheckpointState::Completed
        } else {
            CheckpointState::Running
        };
        let checkpoint = run.checkpoint(self.target.table.name, state);
        self.import
            .on_checkpoint(&mut transaction, &checkpoint)
            .await?;
        transaction.commit().await?;
        self.counts.take_over(&run);
        if let Purpose::Write(writing) = &mut self.purpose {
            writing.run = run;
        }
        Ok(())
    }
}

/// The rows of the target with the keys of these. No method: a borrowed pass cannot go from thread to thread.
pub(super) async fn standing(
    target: &Target,
    on: &mut Finder<'_>,
    rows: &[&Accepted],
) -> Result<HashMap<String, Standing>> {
    let key = target.table.key_index();
    let keys: Vec<Value> = rows
        .iter()
        .filter_map(|row| row.row.get(key).cloned())
        .collect();
    target.find(on, &keys).await
}

/// A batch by what is to be done with each record.
#[derive(Default)]
struct Sorted<'b> {
    fresh: Vec<&'b Accepted>,
    changed: Vec<&'b Accepted>,
    unchanged: i64,
    undo: Vec<Written>,
}

impl<'b> Sorted<'b> {
    fn sort(&mut self, row: &'b Accepted, standing: Option<&Standing>, target: &Target) {
        let before_image = match standing {
            Some(before) if before.fingerprint == row.fingerprint => {
                self.unchanged += 1;
                return;
            }
            Some(before) => {
                self.changed.push(row);
                Some(before.image.clone())
            }
            None => {
                self.fresh.push(row);
                None
            }
        };
        self.undo.push(Written {
            key: row
                .row
                .get(target.table.key_index())
                .map(packed)
                .unwrap_or_default(),
            after_hash: row.fingerprint.hex(),
            before_image,
        });
    }

    async fn write(
        &self,
        on: &mut Transaction,
        target: &Target,
        run: &str,
        now: DateTime<Utc>,
    ) -> Result<()> {
        target.insert(on, &self.fresh, now).await?;
        for row in &self.changed {
            target.update(on, row, now).await?;
        }
        ledger::keep(on, run, &self.undo).await
    }
}

impl Counts {
    pub(super) fn take_over(&mut self, run: &Run) {
        let number = |number: i64| u64::try_from(number).unwrap_or_default();
        self.inserted = number(run.inserted);
        self.updated = number(run.updated);
        self.unchanged = number(run.unchanged);
    }
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// Someone wrote the same row between our look and our insert, or at the same time.
fn may_pass(error: &Error) -> bool {
    let kind = error.database_kind();
    matches!(kind, Some(DbErrorKind::Unique | DbErrorKind::Serialization))
}

fn is_about_data(error: &Error) -> bool {
    use DbErrorKind::{Check, ForeignKey, InvalidText, NotNull, OutOfRange, TooLong, Unique};
    let kind = error.database_kind();
    matches!(
        kind,
        Some(Check | ForeignKey | InvalidText | NotNull | OutOfRange | TooLong | Unique)
    )
}

/// A smaller part may take less.
fn takes_too_long(error: &Error) -> bool {
    error.database_kind() == Some(DbErrorKind::Timeout)
}

fn overtaken(run: &str) -> StartError {
    StartError::new(
        format!("the run {run}"),
        "was taken over by another process",
        "Nothing more was written by this one.",
    )
}
