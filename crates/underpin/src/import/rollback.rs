//! A run undone: what it inserted goes, what it changed comes back. What was written since is not lost silently.

use super::{
    Checkpoint, CheckpointState, Import, Importer,
    canonical::{shown, unpacked},
    ledger::{self, Run, Written, state},
    lock::{self, Lock},
    statements::{Finder, Target},
};
use crate::{Result, StartError, db::Value};

/// How many rows are named when a rollback is refused.
const NAMED: usize = 20;

/// What a rollback did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RolledBack {
    /// The run.
    pub run: String,
    /// Rows that the run had inserted and that are gone.
    pub removed: u64,
    /// Rows that the run had changed and that are as before.
    pub restored: u64,
    /// Rows of the run that were changed or deleted since; if there are any and that was not allowed,
    /// nothing was done.
    pub changed_since: u64,
    /// The keys of the first of these.
    pub keys: Vec<String>,
    /// Whether it was refused because of them.
    pub refused: bool,
}

impl<I: Import> Importer<I> {
    /// Undoes a run. Rows that somebody changed or deleted since make it refuse, unless `discard` says that
    /// these changes may go.
    pub async fn roll_back(&self, run: &str, discard: bool) -> Result<RolledBack> {
        let target = Target::new(self.import.table(), self.db.engine());
        let _lock = Lock::take(&self.db, target.table.name).await?;
        let known = if ledger::is_there(&self.db).await? {
            ledger::find(&self.db, target.table.name, run).await?
        } else {
            None
        };
        let known = known.ok_or_else(|| no_run(run))?;
        can_be_undone(&known)?;
        let mut outcome = RolledBack {
            run: run.to_owned(),
            ..RolledBack::default()
        };
        self.look(&target, run, &mut outcome).await?;
        if outcome.changed_since > 0 && !discard {
            outcome.refused = true;
            return Ok(outcome);
        }
        ledger::set_state(&self.db, run, state::ROLLING_BACK).await?;
        loop {
            // Rows that were put back are forgotten in the same transaction, so the next are always the first.
            let rows = ledger::written(&self.db, run, "").await?;
            if rows.is_empty() {
                break;
            }
            self.put_back(&target, &rows, discard, &mut outcome).await?;
        }
        self.close(&known).await?;
        Ok(outcome)
    }

    /// Counts the rows that are no longer what the run made of them.
    async fn look(&self, target: &Target, run: &str, outcome: &mut RolledBack) -> Result<()> {
        let mut behind = String::new();
        loop {
            let rows = ledger::written(&self.db, run, &behind).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            behind.clone_from(&last.key);
            let changed = changed(target, &mut Finder::Db(&self.db), &rows).await?;
            outcome.changed_since += changed.len() as u64;
            let room = NAMED.saturating_sub(outcome.keys.len());
            outcome.keys.extend(changed.into_iter().take(room));
        }
    }

    async fn put_back(
        &self,
        target: &Target,
        rows: &[Written],
        discard: bool,
        outcome: &mut RolledBack,
    ) -> Result<()> {
        let mut transaction = self.db.begin().await?;
        lock::enter(&self.db, &mut transaction, target.table.name).await?;
        let changed = changed(target, &mut Finder::Transaction(&mut transaction), rows).await?;
        if !discard && !changed.is_empty() {
            return Err(meanwhile(&outcome.run).into());
        }
        for row in rows {
            let key = unpacked(&row.key);
            match &row.before_image {
                Some(image) => target.put_back(&mut transaction, key, image).await?,
                None => target.delete(&mut transaction, key).await?,
            }
        }
        ledger::forget(&mut transaction, &outcome.run, rows).await?;
        transaction.commit().await?;
        let restored = rows.iter().filter(|row| row.before_image.is_some()).count() as u64;
        outcome.restored += restored;
        outcome.removed += rows.len() as u64 - restored;
        Ok(())
    }

    async fn close(&self, run: &Run) -> Result<()> {
        ledger::set_state(&self.db, &run.id, state::ROLLED_BACK).await?;
        let checkpoint = Checkpoint {
            position: 0,
            written: 0,
            ..run.checkpoint(self.import.table().name, CheckpointState::RolledBack)
        };
        let mut transaction = self.db.begin().await?;
        self.import
            .on_checkpoint(&mut transaction, &checkpoint)
            .await?;
        transaction.commit().await
    }
}

/// The keys of the rows that are not what the run made of them.
async fn changed(target: &Target, on: &mut Finder<'_>, rows: &[Written]) -> Result<Vec<String>> {
    let keys: Vec<Value> = rows.iter().map(|row| unpacked(&row.key)).collect();
    let standing = target.find(on, &keys).await?;
    let changed = keys.iter().zip(rows).filter_map(|(key, row)| {
        let key = shown(key);
        let same = standing
            .get(&key)
            .is_some_and(|now| now.fingerprint.hex() == row.after_hash);
        (!same).then_some(key)
    });
    Ok(changed.collect())
}

fn no_run(run: &str) -> StartError {
    StartError::new(
        format!("the run {run}"),
        "is not known here",
        "Every import prints the name of its run, and its report holds it.",
    )
}

fn can_be_undone(run: &Run) -> Result<(), StartError> {
    let (problem, remedy) = match run.state.as_str() {
        state::ROLLED_BACK => (
            "is rolled back already",
            "There is nothing to do.".to_owned(),
        ),
        state::FORGOTTEN => (
            "cannot be rolled back any more: what undoes it is kept for the last runs only",
            format!("Its backup is {}.", run.backup),
        ),
        _ => return Ok(()),
    };
    Err(StartError::new(
        format!("the run {}", run.id),
        problem,
        remedy,
    ))
}

fn meanwhile(run: &str) -> StartError {
    StartError::new(
        format!("the run {run}"),
        "cannot be rolled back further: a row was changed while that was done",
        "Stop what writes into the table, and roll back again.",
    )
}
