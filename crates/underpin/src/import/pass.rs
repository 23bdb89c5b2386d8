//! One pass over a source: every record examined, and on the way written, rehearsed or only remembered.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::{
    Checkpoint, CheckpointState, Counts, Findings, Import, Place, Source, Verdict,
    canonical::{hex, packed},
    ledger::{self, Run, Written, state},
    lock::{self, Lock},
    progress::Progress,
    record::{Accepted, Examined, examine, named},
    scratch::{Met, Scratch},
    source::Item,
    statements::{Finder, Standing, Target},
};
use crate::{
    Clock, Error, Result, StartError,
    db::{Db, DbErrorKind, Value},
};

/// Records of one transaction.
const BATCH: u64 = 500;

/// What a pass is for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// To write.
    Write(Box<Writing>),
    /// To say what writing would do.
    Rehearse,
    /// To know what should be there.
    Remember,
}

/// The run that a pass writes for.
#[derive(Debug)]
pub(super) struct Writing {
    pub(super) run: Run,
    pub(super) lock: Lock,
    /// Records before this one were written by an earlier process.
    pub(super) resumes_at: u64,
}

pub(super) struct Pass<'p, I> {
    pub(super) import: &'p I,
    pub(super) db: &'p Db,
    pub(super) clock: &'p Clock,
    pub(super) target: Target,
    pub(super) purpose: Purpose,
    pub(super) scratch: Scratch,
    pub(super) counts: Counts,
    digest: Sha256,
    position: u64,
    batch: Vec<Ready>,
}

/// A record that waits to be written, and what was read up to it.
struct Ready {
    record: Accepted,
    end: End,
}

/// How far the source was read.
#[derive(Clone)]
struct End {
    position: u64,
    digest: Sha256,
    is_last: bool,
}

impl<'p, I: Import> Pass<'p, I> {
    pub(super) fn new(
        import: &'p I,
        db: &'p Db,
        clock: &'p Clock,
        purpose: Purpose,
    ) -> Result<Self> {
        Ok(Self {
            import,
            db,
            clock,
            target: Target::new(import.table(), db.engine()),
            purpose,
            scratch: Scratch::new()?,
            counts: Counts::default(),
            digest: Sha256::new(),
            position: 0,
            batch: Vec::new(),
        })
    }

    /// Reads the source to its end.
    pub(super) async fn run(&mut self, source: &Source, mut progress: Progress) -> Result<()> {
        let has_types = source.has_types();
        let resumes_at = self.resumes_at();
        let mut reading = source.read();
        while let Some(items) = reading.next_batch().await? {
            for item in items {
                self.take(item, has_types)?;
                if self.position == resumes_at {
                    self.check_source()?;
                    progress.starting_at(self.position);
                }
                if self.position.is_multiple_of(BATCH) {
                    self.flush(false).await?;
                }
            }
            progress.tick(self.position);
        }
        if self.position < resumes_at {
            return Err(changed().into());
        }
        self.flush(true).await?;
        progress.finish(self.position);
        Ok(())
    }

    fn resumes_at(&self) -> u64 {
        match &self.purpose {
            Purpose::Write(writing) => writing.resumes_at,
            Purpose::Rehearse | Purpose::Remember => 0,
        }
    }

    /// What an earlier process read must be what was read now.
    fn check_source(&self) -> Result<()> {
        match &self.purpose {
            Purpose::Write(writing) if writing.resumes_at > 0 => {
                let now = hex(&self.digest.clone().finalize());
                if now == writing.run.digest {
                    Ok(())
                } else {
                    Err(changed().into())
                }
            }
            _ => Ok(()),
        }
    }

    fn take(&mut self, item: Item, has_types: bool) -> Result<()> {
        item.content.digest(&mut self.digest);
        let place = item.place;
        let Examined {
            accepted,
            key,
            findings,
        } = examine(self.import, item, has_types);
        self.position += 1;
        self.counts.read += 1;
        for finding in &findings {
            self.scratch.note(place, key.as_deref(), finding)?;
        }
        if let Some(record) = accepted {
            return self.accept(record);
        }
        self.counts.rejected += 1;
        Ok(())
    }

    fn accept(&mut self, record: Accepted) -> Result<()> {
        let met = self
            .scratch
            .meet(&record.key, &record.fingerprint, record.place)?;
        let (key, place) = (record.key.clone(), record.place);
        match met {
            Met::First => {}
            Met::CaseVariant => self.remark(place, &key, "key_case_variant", Verdict::Notice)?,
            Met::Identical => {
                self.counts.skipped += 1;
                return self.remark(place, &key, "duplicate_identical", Verdict::Skip);
            }
            Met::Different => {
                self.counts.rejected += 1;
                return self.remark(place, &key, "duplicate_different", Verdict::Reject);
            }
        }
        if place.index >= self.resumes_at() {
            let end = self.end(false);
            self.batch.push(Ready { record, end });
        }
        Ok(())
    }

    /// Notes a finding about the key.
    fn remark(
        &mut self,
        place: Place,
        key: &str,
        rule: &'static str,
        verdict: Verdict,
    ) -> Result<()> {
        let nothing = serde_json::Value::Null;
        let mut findings = Findings::new(&nothing);
        findings.push(Some(I::KEY), rule, verdict);
        for finding in named(self.import, &findings) {
            self.scratch.note(place, Some(key), &finding)?;
        }
        Ok(())
    }

    fn end(&self, is_last: bool) -> End {
        End {
            position: self.position,
            digest: self.digest.clone(),
            is_last,
        }
    }

    async fn flush(&mut self, is_last: bool) -> Result<()> {
        let batch = std::mem::take(&mut self.batch);
        let end = self.end(is_last);
        match &mut self.purpose {
            Purpose::Remember => Ok(()),
            Purpose::Rehearse => self.rehearse(&batch).await,
            // What an earlier process wrote has its checkpoint.
            Purpose::Write(writing) if end.position < writing.resumes_at => Ok(()),
            Purpose::Write(writing) => {
                writing.lock.check().await?;
                self.write_all(batch, end).await
            }
        }
    }

    async fn rehearse(&mut self, batch: &[Ready]) -> Result<()> {
        let rows: Vec<&Accepted> = batch.iter().map(|ready| &ready.record).collect();
        let standing = standing(&self.target, &mut Finder::Db(self.db), &rows).await?;
        for row in rows {
            match standing.get(&row.key) {
                None => self.counts.inserted += 1,
                Some(before) if before.fingerprint == row.fingerprint => {
                    self.counts.unchanged += 1;
                }
                Some(_) => self.counts.updated += 1,
            }
        }
        Ok(())
    }

    /// Writes a batch; one that the database refuses is halved until the record at fault is alone.
    async fn write_all(&mut self, batch: Vec<Ready>, end: End) -> Result<()> {
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
        let checkpoint = checkpoint(&run, self.target.table.name, end.is_last);
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
async fn standing(
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

fn checkpoint(run: &Run, table: &'static str, is_last: bool) -> Checkpoint {
    Checkpoint {
        run: run.id.clone(),
        table,
        position: run.position,
        batch: run.batch,
        written: run.inserted + run.updated + run.unchanged,
        state: if is_last {
            CheckpointState::Completed
        } else {
            CheckpointState::Running
        },
    }
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
        on: &mut crate::db::Transaction,
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

fn changed() -> StartError {
    StartError::new(
        "the source",
        "is not the one of the run that is to be resumed: it differs before the checkpoint",
        "Nothing was written. Import it without --resume: that begins a new run.",
    )
}

fn overtaken(run: &str) -> StartError {
    StartError::new(
        format!("the run {run}"),
        "was taken over by another process",
        "Nothing more was written by this one.",
    )
}
