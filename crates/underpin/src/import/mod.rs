//! Records of a file or of another database into a table: validated, resumable, verified, and undone if need be.
//!
//! A feature implements [`Import`]: a model with its rules, a key, a table, and what findings are called. For
//! that it gets a verb ([`command`]) and [`Importer`], which do the rest for any [`Source`]:
//!
//! 1. The source is read once from end to end, so that no half document is imported.
//! 2. The target is copied, and the copy checked.
//! 3. Each record is validated as a request's body is, and *every* fault noted with its place.
//! 4. Batches of 500 records are written in transactions, each with a checkpoint in it and with what undoes it:
//!    after `kill -9` at any moment the run is resumed without loss or double. A record that is already there as
//!    it should be is left alone, so that importing again is harmless.
//! 5. Every row is compared by a hash with what the source says, both ways.
//!
//! Memory stays the same however long the source is: what must be remembered lies in a temporary file. Reports
//! name places, keys, fields, kinds and counts, and never what a record says.
//!
//! # Rules
//!
//! Beside the validator's, a [`Finding`] may have these: `not_json`, `not_utf8`, `nested_too_deeply`,
//! `number_too_long`, `too_many_oddities`, `wrong_number_of_fields`, `binary_value`, `not_an_object`,
//! `empty_object`, `nul_character`, `duplicate_different`, `refused_by_database` (rejected);
//! `duplicate_identical` (skipped); `extra_field`, `extra_nested_field`, `repeated_field` (of a field that stands
//! twice in a record the last value counts), `coerced` (read as another value than stands there),
//! `key_case_variant` (a key that came before in other letters) (notices).

mod backup;
mod canonical;
mod command;
mod definition;
mod failure;
mod finding;
mod history;
mod importer;
mod ledger;
mod lock;
mod pass;
mod place;
mod progress;
mod record;
mod report;
mod rollback;
mod scratch;
mod source;
mod statements;
mod verify;
mod write;

pub use command::command;
pub use definition::{Import, Table};
pub use finding::{Finding, Findings, Label, Verdict};
pub use importer::{Importer, OnError, Options};
pub use place::Place;
pub use report::{Counts, Outcome, Report};
pub use rollback::RolledBack;
pub use source::Source;
pub use verify::Verification;

/// How far a run is, at the end of one of its transactions.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// The run.
    pub run: String,
    /// The table.
    pub table: &'static str,
    /// How many records of the source are dealt with.
    pub position: i64,
    /// How many transactions there were.
    pub batch: i64,
    /// How many records are in the target by now.
    pub written: i64,
    /// How the run stands.
    pub state: CheckpointState,
    /// Why it stopped, if it failed. Says nothing of what a record holds.
    pub reason: Option<String>,
}

/// How a run stands at a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckpointState {
    /// More is to come.
    Running,
    /// It stopped before its end; `--resume` goes on with it.
    Failed,
    /// This was the last.
    Completed,
    /// All of it was undone.
    RolledBack,
}
