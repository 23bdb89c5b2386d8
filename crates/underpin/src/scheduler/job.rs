//! A job as a feature declares it: when, how patiently, and what it does.

use std::{fmt, future::Future, marker::PhantomData, pin::Pin, sync::Arc, time::Duration};

use serde::{Serialize, de::DeserializeOwned};

use super::{CatchUp, Run, TimeZone, retry::Retry, run::RunCore, timetable::Timetable};
use crate::{Context, Provide, Result, StartError, db::Transaction};

/// What a one-off job is told, and by that which job it is. Kept as JSON until it is done.
///
/// Jobs that wait may have been put off by an older version of the program: give new fields a
/// `#[serde(default)]`.
pub trait OneOff: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The job's name, unique in the app.
    const NAME: &'static str;
}

/// A job, ready to be given to [`Feature::job`](crate::Feature::job).
#[derive(Clone)]
pub struct Job {
    pub(super) plan: Plan,
    prepare: Prepare,
}

/// A job that does nothing yet: [`Draft::run`] or [`Draft::in_transaction`] complete it.
#[must_use = "a draft is no job until it is told what to do"]
pub struct Draft<P = ()> {
    plan: Plan,
    payload: PhantomData<fn() -> P>,
}

/// When and how patiently.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) name: &'static str,
    pub(super) trigger: Trigger,
    pub(super) time_zone: Option<&'static str>,
    pub(super) catch_up: CatchUp,
    pub(super) before_first_start: bool,
    pub(super) time_limit: Duration,
    pub(super) overdue_after: Duration,
    pub(super) retry: Retry,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Trigger {
    Cron(&'static str),
    Every(Duration),
    Enqueued,
}

type Running = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// What a job does with one claim.
pub(super) type Work = Arc<dyn Fn(RunCore) -> Running + Send + Sync>;
type Prepare = Arc<dyn Fn(&Context) -> Result<Work, StartError> + Send + Sync>;

impl Job {
    /// A job at the times of a cron expression: minute, hour, day of the month, month, day of the week
    /// (0 and 7 are Sunday), or six fields with the second in front.
    ///
    /// The times are those of the wall clock in the job's time zone. A fixed time that a change to summer
    /// time leaves out comes right after the gap, one that is repeated comes once.
    pub fn cron(name: &'static str, expression: &'static str) -> Draft {
        Draft::new(name, Trigger::Cron(expression))
    }

    /// A job at the whole multiples of `period` since 1970.
    pub fn every(name: &'static str, period: Duration) -> Draft {
        Draft::new(name, Trigger::Every(period))
    }

    /// A job that is done once for each `P` that [`Jobs::later`](super::Jobs::later) put off.
    pub fn one_off<P: OneOff>() -> Draft<P> {
        Draft::new(P::NAME, Trigger::Enqueued)
    }

    /// What it is called.
    pub fn name(&self) -> &'static str {
        self.plan.name
    }

    pub(super) fn prepare(&self, context: &Context) -> Result<Work, StartError> {
        (self.prepare)(context)
    }
}

impl<P> Draft<P> {
    fn new(name: &'static str, trigger: Trigger) -> Self {
        Self {
            plan: Plan {
                name,
                trigger,
                time_zone: None,
                catch_up: CatchUp::default(),
                before_first_start: false,
                time_limit: Duration::from_mins(10),
                overdue_after: Duration::from_mins(15),
                retry: Retry::default(),
            },
            payload: PhantomData,
        }
    }

    /// How long a run may take, 10 minutes if not said; then it is dropped and counts as failed.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.plan.time_limit = limit;
        self
    }

    /// Runs that may fail before the job is given up (and waits for `jobs retry`), 5 if not said.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.plan.retry.attempts = attempts.max(1);
        self
    }

    /// The pause after the first failed run, 10 seconds if not said; it doubles with each, up to `longest`
    /// (an hour), and is shortened by chance by up to half.
    pub fn back_off(mut self, first: Duration, longest: Duration) -> Self {
        self.plan.retry.first = first;
        self.plan.retry.longest = longest;
        self
    }

    /// How late the job may be before it is reported as overdue, 15 minutes if not said. More than the
    /// clocks of the replicas may be apart.
    pub fn overdue_after(mut self, lateness: Duration) -> Self {
        self.plan.overdue_after = lateness;
        self
    }
}

impl Draft {
    /// The time zone of the cron expression, as the IANA database calls it; that of the app
    /// (`JOBS_TIME_ZONE`) if not said.
    pub fn time_zone(mut self, name: &'static str) -> Self {
        self.plan.time_zone = Some(name);
        self
    }

    /// What is done about missed fire times; [`CatchUp::Latest`] if not said.
    pub fn catch_up(mut self, rule: CatchUp) -> Self {
        self.plan.catch_up = rule;
        self
    }

    /// When a database sees this job for the first time, the fire time before that counts as missed: it is
    /// caught up by the rule. Without this the first run is at the next fire time.
    pub fn also_before_first_start(mut self) -> Self {
        self.plan.before_first_start = true;
        self
    }
}

impl<P: DeserializeOwned + Send + Sync + 'static> Draft<P> {
    /// Does `work` with a service of the app. The run is done when that returns `Ok`, and what it did may
    /// happen again if the worker dies before: for what stays within the database,
    /// [`Draft::in_transaction`] is better.
    pub fn run<S, F, R>(self, work: F) -> Job
    where
        S: Provide,
        F: Fn(S, Run<P>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<()>> + Send + 'static,
    {
        let work = Arc::new(work);
        self.complete(move |service: S, core| {
            let work = Arc::clone(&work);
            Box::pin(async move { work(service, Run::new(core)?).await })
        })
    }

    /// Does `work` with a service of the app in a transaction, which it hands back to be committed together
    /// with the note that the run is done: its effects happen once.
    ///
    /// Await nothing else inside. On SQLite a transaction holds the only writer, for five seconds at most; on
    /// PostgreSQL the server ends one in which it hears nothing for `JOBS_LEASE`.
    pub fn in_transaction<S, F, R>(self, work: F) -> Job
    where
        S: Provide,
        F: Fn(S, Run<P>, Transaction) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Transaction>> + Send + 'static,
    {
        let work = Arc::new(work);
        self.complete(move |service: S, core| {
            let work = Arc::clone(&work);
            Box::pin(async move {
                let run = Run::new(core)?;
                let tx = run.begin().await?;
                let tx = work(service, run.clone(), tx).await?;
                run.commit(tx).await
            })
        })
    }

    fn complete<S: Provide>(
        self,
        call: impl Fn(S, RunCore) -> Running + Clone + Send + Sync + 'static,
    ) -> Job {
        Job {
            plan: self.plan,
            prepare: Arc::new(move |context| {
                let service = S::provide(context)?;
                let call = call.clone();
                Ok(Arc::new(move |core| call(service.clone(), core)))
            }),
        }
    }
}

impl Plan {
    /// The fire times, if the clock decides; `zone` is the app's.
    pub(super) fn timetable(&self, zone: TimeZone) -> Result<Option<Timetable>, String> {
        let zone = self.time_zone.map_or(Ok(zone), str::parse)?;
        match self.trigger {
            Trigger::Cron(expression) => Timetable::cron(expression, zone)
                .map_err(|problem| format!("the cron expression `{expression}`: {problem}"))
                .map(Some),
            Trigger::Every(period) => Timetable::every(period).map(Some),
            Trigger::Enqueued => Ok(None),
        }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.plan.fmt(formatter)
    }
}

impl<P> fmt::Debug for Draft<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.plan.fmt(formatter)
    }
}
