//! Tasks that come back: how often, and the job that makes their successors. It serves no addresses.

mod kind;
mod repository;
mod rule;
mod service;
#[cfg(test)]
mod tests;

use underpin::{
    Feature,
    scheduler::{CatchUp, Job},
};

pub use kind::Recurring;
use service::RecurringService;

/// What the job is called in `jobs run` and `jobs history`.
const JOB: &str = "recurring-tasks";

/// At midnight, for all users; and at every start, as the original does (contract section 8).
pub fn feature() -> Feature {
    // Two failed days in a row are told by `jobs list`; a missed midnight is made up for at once.
    let job = Job::cron(JOB, "0 0 * * *")
        .time_zone("UTC")
        .catch_up(CatchUp::Latest)
        .in_transaction(RecurringService::run);
    Feature::default()
        .job(job)
        .at_start(service::catch_up_at_start)
}
