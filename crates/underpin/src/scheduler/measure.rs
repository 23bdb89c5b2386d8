//! The numbers of jobs: how long runs take, how late they begin, what failed. Labels are declared names alone.

use std::time::Duration;

use chrono::TimeDelta;
use metrics::{counter, histogram};

use super::worker::Outcome;

/// A run began so long after it was due.
pub(super) fn began(job: &'static str, lag: TimeDelta) {
    // By this process's clock, which may be behind that of whoever planned it.
    let lag = lag.to_std().unwrap_or_default();
    histogram!("underpin_job_lag_seconds", "job" => job).record(lag.as_secs_f64());
}

/// A run ended.
pub(super) fn ended(job: &'static str, outcome: &Outcome, took: Duration) {
    let word = outcome.word();
    histogram!("underpin_job_duration_seconds", "job" => job, "outcome" => word)
        .record(took.as_secs_f64());
    if !matches!(outcome, Outcome::Done) {
        counter!("underpin_job_failures_total", "job" => job, "outcome" => word).increment(1);
    }
}

/// A job was given up.
pub(super) fn given_up(job: &'static str) {
    counter!("underpin_job_given_up_total", "job" => job).increment(1);
}
