//! What the operator sets: whether this process runs jobs, how many, and how a dead worker is told.

use std::time::Duration;

use super::TimeZone;
use crate::config::Config;

/// Settings of every program that has jobs.
#[derive(Clone, Debug, Config)]
pub struct JobSettings {
    /// `off`: this process runs no jobs. It still puts jobs off, for others or for later.
    #[config(env = "JOBS", default = "on")]
    pub enabled: bool,
    /// Jobs that this process runs at a time.
    #[config(env = "JOBS_AT_A_TIME", default = "4", min = 1, max = 256)]
    pub at_a_time: usize,
    /// Time zone of cron expressions that name none themselves.
    #[config(env = "JOBS_TIME_ZONE", default = "UTC")]
    pub time_zone: TimeZone,
    /// How long a worker may be silent before others take over its jobs.
    #[config(env = "JOBS_LEASE", default = "30s", min = 0.1, max = 3600)]
    pub lease: Duration,
    /// How often this process looks for jobs that others put off.
    #[config(env = "JOBS_POLL", default = "1s", min = 0.01, max = 60)]
    pub poll: Duration,
    /// How long jobs that are done stay in the history.
    #[config(env = "JOBS_KEEP", default = "7d", min = 3600)]
    pub keep: Duration,
}
