//! How a test function is run: on a runtime of its own, on each database that the machine has.

use std::{future::Future, process::ExitCode};

use super::TestDb;
use crate::{
    App, Clock,
    cli::{fail, serve::serve},
    config::Sources,
    db::Engine,
};

/// Runs `app` as the program would, with these variables and this clock, until it is told to stop: one of
/// several replicas, in a process of its own.
pub fn serve_by(app: App, variables: &[(&str, &str)], clock: Clock) -> ExitCode {
    let sources = Sources::from_pairs(variables.iter().copied());
    block_on(serve(app, &sources, clock)).unwrap_or_else(|error| fail(&error))
}

/// Runs a test without a database.
pub fn block_on<F: Future>(test: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("a runtime for the test").block_on(test)
}

/// Runs a test on `engine`; leaves it out, with a word, where this machine has no such server.
/// In CI (the variable `CI` is set) a missing server fails the test.
pub fn on<T, F>(engine: Engine, test: T)
where
    T: FnOnce(Engine) -> F,
    F: Future<Output = ()>,
{
    block_on(async {
        if TestDb::available(engine).await {
            test(engine).await;
        } else {
            eprintln!("left out: no {engine} server was found");
        }
    });
}
