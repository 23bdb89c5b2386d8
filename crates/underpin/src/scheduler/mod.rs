//! Jobs: work by the clock and work put off, each done once whatever replicas, clocks and crashes do.
//!
//! A job is declared beside the router of its feature:
//!
//! ```
//! use underpin::{
//!     Context, Feature, Provide, Result,
//!     db::{Db, Transaction, sql},
//!     scheduler::{CatchUp, Job, Run},
//! };
//!
//! #[derive(Clone, Provide)]
//! struct Sessions {
//!     db: Db,
//! }
//!
//! impl Sessions {
//!     /// What it changes is committed together with the note that this run is done, or not at all.
//!     async fn forget_old_ones(self, run: Run, mut tx: Transaction) -> Result<Transaction> {
//!         let forget = sql("DELETE FROM sessions WHERE ends_at < $1").bind(run.due_at());
//!         forget.rows_affected(&mut tx).await?;
//!         Ok(tx)
//!     }
//! }
//!
//! fn feature() -> Feature {
//!     Feature::default().job(
//!         Job::cron("forget-old-sessions", "0 3 * * *")
//!             .catch_up(CatchUp::Latest)
//!             .in_transaction(Sessions::forget_old_ones),
//!     )
//! }
//! # let _ = feature();
//! ```
//!
//! **What holds.** Every fire time of a schedule and every job put off is one row. A run claims the row under
//! a number that only grows, and ends it in the transaction of its effects, by that number: whoever lost the
//! claim meanwhile (killed, paused, cut off) cannot commit. No clock of one machine is compared with that of
//! another: which times are due is each process's own opinion, and the unique row makes the opinions agree.
//!
//! What a run does outside of its transaction (a mail, a call to someone else) may happen twice when a worker
//! dies in the middle; [`Run::fencing_token`] is there for receivers that can tell.

mod catalog;
mod enqueue;
mod job;
mod jobs;
mod measure;
mod retry;
mod run;
mod settings;
mod store;
#[cfg(test)]
mod tests;
mod timetable;
mod worker;

pub(crate) use self::{
    catalog::Catalog,
    store::MIGRATIONS,
    worker::{Outcome, Worker},
};
pub use self::{
    enqueue::{Later, Priority},
    job::{Draft, Job, OneOff},
    jobs::{JobOverview, Jobs, Overdue, Record, Unrunnable},
    run::{ClaimLost, Run},
    settings::JobSettings,
    store::State,
    timetable::{CatchUp, TimeZone},
};
