//! The app's jobs for services and people: put one off, see how they stand, have one tried again.

use std::{collections::BTreeMap, fmt, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;

use super::{
    Catalog, JobSettings, Later, OneOff, Priority, State,
    catalog::{self, Entry},
    store::Store,
};
use crate::{
    Clock, Context, Provide, Result, StartError,
    db::{Db, Row},
};

/// The app's jobs. A service gets it by naming its type.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use underpin::{Provide, Result, db::Db, scheduler::{Jobs, OneOff}};
///
/// #[derive(Serialize, Deserialize)]
/// struct Welcome {
///     user: i64,
/// }
///
/// impl OneOff for Welcome {
///     const NAME: &'static str = "welcome";
/// }
///
/// #[derive(Clone, Provide)]
/// struct Users {
///     db: Db,
///     jobs: Jobs,
/// }
///
/// impl Users {
///     async fn register(&self, user: i64) -> Result<()> {
///         let mut tx = self.db.begin().await?;
///         // … the user's row …
///         self.jobs.later(Welcome { user }).enqueue(&mut tx).await?;
///         tx.commit().await // both, or neither
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Jobs {
    store: Store,
    clock: Clock,
    catalog: Arc<Catalog>,
    signal: Arc<Signal>,
}

/// Tells the worker of this process that something was put off.
#[derive(Debug, Default)]
pub(super) struct Signal(pub(super) Arc<Notify>);

/// A job that is later than it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// Which job.
    pub job: &'static str,
    /// When it should have been done, or when the run began that does not end.
    pub since: DateTime<Utc>,
}

/// How one job stands.
#[derive(Clone, Debug)]
pub struct JobOverview {
    /// Its name.
    pub job: &'static str,
    /// Its cron expression or interval; `None` for a job that is put off.
    pub schedule: Option<String>,
    /// Its next fire time.
    pub next: Option<DateTime<Utc>>,
    /// How many of it wait, run, are done and still in the history, were given up.
    pub counts: Vec<(State, i64)>,
}

/// One row of the history.
#[derive(Clone, Debug, Row)]
pub struct Record {
    /// Its number.
    pub id: i64,
    /// Which job.
    pub job: String,
    /// How it stands.
    pub state: State,
    /// The fire time, if a schedule made it.
    pub slot: Option<DateTime<Utc>>,
    /// Not before this moment.
    pub due_at: DateTime<Utc>,
    /// How often it was claimed.
    pub attempt: i64,
    /// How often it failed.
    pub failures: u32,
    /// How often its worker died.
    pub lost: u32,
    /// When the last run began.
    pub started_at: Option<DateTime<Utc>>,
    /// When the last run ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why the last run failed.
    pub error: Option<String>,
}

/// A job was asked for that no feature of this app declares.
#[derive(Clone, Debug)]
pub struct Unrunnable(pub(super) String);

impl fmt::Display for Unrunnable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "no feature of this app declares a job `{}`",
            self.0
        )
    }
}

impl std::error::Error for Unrunnable {}

impl Jobs {
    /// A job to be put off; [`Later::enqueue`] does it.
    pub fn later<P: OneOff>(&self, payload: P) -> Later<P> {
        let known = self.catalog.get(P::NAME);
        Later {
            payload,
            store: self.store.clone(),
            clock: self.clock.clone(),
            signal: Arc::clone(&self.signal.0),
            is_known: known.is_some_and(|entry| entry.timetable.is_none()),
            due_at: None,
            priority: Priority::default(),
            unique: None,
        }
    }

    /// The jobs that are later than they may be, for the page that tells how the service is. Asked of the
    /// database, so it also tells when no worker is left at all.
    pub async fn overdue(&self) -> Result<Vec<Overdue>> {
        let now = self.clock.now();
        let mut found = BTreeMap::<&'static str, DateTime<Utc>>::new();
        let mut see = |job: &str, since: DateTime<Utc>, patience: fn(&Entry) -> TimeDelta| {
            let late = |entry: &&Entry| since.checked_add_signed(patience(entry)) < Some(now);
            if let Some(entry) = self.catalog.get(job).filter(late) {
                let first = found.entry(entry.job.name()).or_insert(since);
                *first = since.min(*first);
            }
        };
        let mut late = self.store.waiting_since(now).await?;
        late.extend(self.store.open_since().await?);
        for (job, since) in late {
            see(&job, since, |entry| delta(entry.plan().overdue_after));
        }
        for (job, since) in self.store.running_since().await? {
            see(&job, since, |entry| {
                delta(entry.plan().time_limit + entry.plan().overdue_after)
            });
        }
        for (job, mark) in self.store.marks().await? {
            let timetable = self
                .catalog
                .get(&job)
                .and_then(|entry| entry.timetable.as_ref());
            if let Some(next) = timetable.and_then(|timetable| timetable.next_after(mark)) {
                see(&job, next, |entry| delta(entry.plan().overdue_after));
            }
        }
        Ok(found
            .into_iter()
            .map(|(job, since)| Overdue { job, since })
            .collect())
    }

    /// Every job of the app.
    pub async fn list(&self) -> Result<Vec<JobOverview>> {
        let now = self.clock.now();
        let counts = self.store.counts().await?;
        let marks: BTreeMap<_, _> = self.store.marks().await?.into_iter().collect();
        let overview = |entry: &Entry| {
            let name = entry.job.name();
            let mark = marks.get(name).copied().unwrap_or(now);
            let of_job = counts.iter().filter(|(job, ..)| job == name);
            JobOverview {
                job: name,
                schedule: entry.timetable.as_ref().map(ToString::to_string),
                next: entry
                    .timetable
                    .as_ref()
                    .and_then(|timetable| timetable.next_after(mark)),
                counts: of_job.map(|(_, state, count)| (*state, *count)).collect(),
            }
        };
        Ok(self.catalog.entries.values().map(overview).collect())
    }

    /// The newest rows of the history, of one job or of all.
    pub async fn history(&self, job: Option<&str>, limit: u32) -> Result<Vec<Record>> {
        self.store.history(job, limit.into()).await
    }

    /// One row of the history.
    pub async fn get(&self, id: i64) -> Result<Option<Record>> {
        self.store.get(id).await
    }

    /// Has a job that was given up tried again, with all its attempts; `false` if it was not given up. 409
    /// if another job with its key waits or runs.
    pub async fn retry(&self, id: i64) -> Result<bool> {
        let revived = self.store.revive(id, self.clock.now()).await;
        self.signal.0.notify_one();
        revived.map_err(|error| {
            if error.violates_unique() {
                crate::Error::conflict("Another job with the same key waits or runs")
                    .with_source(std::io::Error::other(error.chain()))
            } else {
                error
            }
        })
    }
}

fn delta(duration: std::time::Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

impl Provide for Jobs {
    fn provide(context: &Context) -> Result<Self, StartError> {
        context.get::<JobSettings>()?;
        Ok(Self {
            store: Store::new(Db::provide(context)?),
            clock: context.clock().clone(),
            catalog: catalog::of(context)?,
            signal: context.once(|| Ok(Signal::default()))?,
        })
    }
}

impl fmt::Debug for Jobs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Jobs").finish_non_exhaustive()
    }
}
