//! A feature of a backend: its addresses, its verbs, what it does at start.

use std::{future::Future, pin::Pin, sync::Arc};

use crate::{Context, Result, StartError, cli::Command, http::Router, scheduler::Job};

type Check = Arc<
    dyn Fn(Context) -> Pin<Box<dyn Future<Output = Result<(), StartError>> + Send>> + Send + Sync,
>;
type Hook = Arc<dyn Fn(Context) -> Pin<Box<dyn Future<Output = Result<()>> + Send>> + Send + Sync>;

/// Everything that one folder of a backend adds to the app.
#[derive(Clone, Default)]
pub struct Feature {
    pub(crate) routers: Vec<Router>,
    pub(crate) commands: Vec<Command>,
    pub(crate) at_start: Vec<Hook>,
    pub(crate) checks: Vec<(&'static str, Check)>,
    pub(crate) jobs: Vec<Job>,
}

impl Feature {
    /// A feature that serves these addresses.
    pub fn new(router: Router) -> Self {
        Self {
            routers: vec![router],
            ..Self::default()
        }
    }

    /// Adds further addresses.
    #[must_use]
    pub fn router(mut self, router: Router) -> Self {
        self.routers.push(router);
        self
    }

    /// Adds a verb to the program's command line.
    #[must_use]
    pub fn command(mut self, command: Command) -> Self {
        self.commands.push(command);
        self
    }

    /// Adds a job: done by the clock, or when it was put off. See [`scheduler`](crate::scheduler).
    #[must_use]
    pub fn job(mut self, job: Job) -> Self {
        self.jobs.push(job);
        self
    }

    /// Adds something that the verb `check` looks at: a service that the program needs.
    #[must_use]
    pub fn check<F, R>(mut self, what: &'static str, check: F) -> Self
    where
        F: Fn(Context) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), StartError>> + Send + 'static,
    {
        self.checks
            .push((what, Arc::new(move |context| Box::pin(check(context)))));
        self
    }

    /// Runs once, after the database is migrated and before the first request is accepted.
    /// Its failure stops the start; a [`StartError`] among its causes is told as it is.
    #[must_use]
    pub fn at_start<F, R>(mut self, run: F) -> Self
    where
        F: Fn(Context) -> R + Send + Sync + 'static,
        R: Future<Output = Result<()>> + Send + 'static,
    {
        self.at_start
            .push(Arc::new(move |context| Box::pin(run(context))));
        self
    }
}

impl From<Router> for Feature {
    fn from(router: Router) -> Self {
        Self::new(router)
    }
}

impl std::fmt::Debug for Feature {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Feature")
            .field("routers", &self.routers)
            .finish_non_exhaustive()
    }
}
