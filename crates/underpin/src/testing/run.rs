//! How a test function is run: on a runtime of its own, on each database that the machine has.

use std::future::Future;

use super::TestDb;
use crate::db::Engine;

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
#[expect(clippy::disallowed_methods, reason = "tests have no configuration")]
pub fn on<T, F>(engine: Engine, test: T)
where
    T: FnOnce(TestDb) -> F,
    F: Future<Output = ()>,
{
    if TestDb::available(engine) {
        block_on(test(TestDb::on(engine)));
        return;
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "there is no {engine} server; in CI that is a failure"
    );
    eprintln!("left out: no {engine} server was found");
}
