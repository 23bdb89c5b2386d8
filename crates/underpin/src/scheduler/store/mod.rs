//! Jobs at rest: every statement about the framework's own tables. No decisions; ownerless by nature.

mod claims;
mod queue;
mod schedules;
mod tables;
mod workers;

use chrono::{DateTime, Utc};

pub use self::queue::State;
pub(crate) use self::tables::MIGRATIONS;
pub(super) use self::{claims::Claims, queue::NewJob};
use crate::db::{Db, Row};

/// The tables for jobs. Cloning is cheap.
#[derive(Clone, Debug)]
pub(super) struct Store {
    db: Db,
}

/// A job that this process has for itself, until it is silent for too long.
#[derive(Clone, Debug, Row)]
pub(super) struct Claim {
    pub(super) id: i64,
    pub(super) job: String,
    /// The fire time, if a schedule made it.
    pub(super) slot: Option<DateTime<Utc>>,
    pub(super) payload: Option<String>,
    pub(super) due_at: DateTime<Utc>,
    /// Which claim of this job it is.
    pub(super) attempt: i64,
    pub(super) failures: u32,
}

impl Store {
    pub(super) fn new(db: Db) -> Self {
        Self { db }
    }

    pub(super) fn db(&self) -> &Db {
        &self.db
    }
}
