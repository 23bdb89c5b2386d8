//! A panic as a value: caught at the edge of a task or a request, put into words for the log.

use std::{any::Any, future::Future, panic::AssertUnwindSafe};

use futures_util::FutureExt;

/// What a panic carries.
pub(crate) type Panic = Box<dyn Any + Send>;

/// Runs `future`; a panic in it comes back as `Err`.
pub(crate) async fn caught<F: Future>(future: F) -> Result<F::Output, Panic> {
    // What a panicking future leaves half done is dropped with it; shared state is behind locks.
    AssertUnwindSafe(future).catch_unwind().await
}

/// The panic's message, if it has one.
pub(crate) fn words(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a value that is not text")
}
