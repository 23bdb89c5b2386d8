//! One pass over a source: every record examined, and on the way written, rehearsed or only remembered.

use sha2::{Digest as _, Sha256};

use super::{
    Counts, Findings, Import, Place, Source, Verdict,
    canonical::hex,
    ledger::Run,
    lock::Lock,
    progress::Progress,
    record::{Accepted, Examined, examine, named},
    scratch::{Met, Scratch},
    source::Item,
    statements::{Finder, Target},
    write::standing,
};
use crate::{Clock, Result, StartError, db::Db};

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
pub(super) struct Ready {
    pub(super) record: Accepted,
    pub(super) end: End,
}

/// How far the source was read.
#[derive(Clone)]
pub(super) struct End {
    pub(super) position: u64,
    pub(super) digest: Sha256,
    pub(super) is_last: bool,
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

    /// The run at its last checkpoint, if the pass writes one.
    pub(super) fn run_so_far(&self) -> Option<Run> {
        match &self.purpose {
            Purpose::Write(writing) => Some(writing.run.clone()),
            Purpose::Rehearse | Purpose::Remember => None,
        }
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
        } = examine(self.import, item, has_types, self.target.engine);
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
    pub(super) fn remark(
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
}

fn changed() -> StartError {
    StartError::new(
        "the source",
        "is not the one of the run that is to be resumed: it differs before the checkpoint",
        "Nothing was written. Import it without --resume: that begins a new run.",
    )
}
