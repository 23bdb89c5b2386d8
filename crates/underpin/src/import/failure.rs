//! A run that stops before its end: noted where it can be noted, so that nobody takes it for one that still runs.

use super::{
    Checkpoint, CheckpointState, Import, Importer,
    ledger::{self, Run},
};
use crate::{
    Error, Result, StartError,
    db::{DbError, DbErrorKind},
};

impl<I: Import> Importer<I> {
    /// Notes why a run stopped. If that fails as well, as without a database, the run stays one that is running.
    pub(super) async fn note_failure(&self, run: &Run, error: &Error) {
        if let Err(second) = self.try_to_note(run, &reason(error)).await {
            tracing::warn!(
                run = run.id,
                "the failure of the import could not be noted: {}",
                reason(&second)
            );
        }
    }

    async fn try_to_note(&self, run: &Run, reason: &str) -> Result<()> {
        let mut transaction = self.db.begin().await?;
        if !ledger::fail(&mut transaction, run, reason).await? {
            return Ok(());
        }
        let checkpoint = Checkpoint {
            reason: Some(reason.to_owned()),
            ..run.checkpoint(self.import.table().name, CheckpointState::Failed)
        };
        self.import
            .on_checkpoint(&mut transaction, &checkpoint)
            .await?;
        transaction.commit().await
    }
}

/// Why something failed, without what the database says of values: it quotes them.
pub(super) fn reason(error: &Error) -> String {
    if let Some(complaint) = error.source_as::<StartError>() {
        let told = complaint.complaints().iter();
        let told: Vec<String> = told
            .map(|each| format!("{}: {}", each.subject, each.problem))
            .collect();
        return told.join("; ");
    }
    let Some(refusal) = error.source_as::<DbError>() else {
        return error.chain();
    };
    match refusal.kind {
        DbErrorKind::Other
        | DbErrorKind::Unavailable
        | DbErrorKind::Busy
        | DbErrorKind::Timeout => format!("the database: {}", refusal.message),
        kind => format!("the database refused a row: {kind:?}"),
    }
}
