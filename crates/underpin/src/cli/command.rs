//! A verb that a feature adds to the program's command line.

use std::{future::Future, pin::Pin, process::ExitCode, sync::Arc};

use clap::ArgMatches;

use super::Arguments;
use crate::{Context, Result};

type Run = dyn Fn(Context, ArgMatches) -> Pin<Box<dyn Future<Output = Result<ExitCode>> + Send>>
    + Send
    + Sync;

/// A verb: what it is called and takes (a [`clap::Command`]), and what it does with the app's context.
///
/// It runs with the settings read and the database connected and migrated, but without the server.
#[derive(Clone)]
pub struct Command {
    pub(super) clap: clap::Command,
    pub(super) arguments: Option<Arguments>,
    run: Arc<Run>,
}

impl Command {
    /// A verb that does `run` when called. An error is printed and makes the exit code 1.
    ///
    /// One that is named like a verb of the framework's takes its place.
    pub fn new<F, R>(clap: clap::Command, run: F) -> Self
    where
        F: Fn(Context, ArgMatches) -> R + Send + Sync + 'static,
        R: Future<Output = Result<ExitCode>> + Send + 'static,
    {
        Self {
            clap,
            arguments: None,
            run: Arc::new(move |context, matches| Box::pin(run(context, matches))),
        }
    }

    /// Lets the verb take arguments that change the app before its settings are read: which database, say.
    #[must_use]
    pub fn arguments(mut self, arguments: Arguments) -> Self {
        self.clap = arguments.define(self.clap);
        self.arguments = Some(arguments);
        self
    }

    pub(super) async fn call(&self, context: Context, matches: ArgMatches) -> Result<ExitCode> {
        (self.run)(context, matches).await
    }
}

impl std::fmt::Debug for Command {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Command")
            .field("name", &self.clap.get_name())
            .finish_non_exhaustive()
    }
}
