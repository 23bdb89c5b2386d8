//! A panic in a handler: answered with 500, and gone. The panic hook logs it, where it happens.

use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::body::Body;
use http::{Response, StatusCode};

use super::refusal::Refusal;
use crate::{error::Origin, tasks::caught};

const PANICKED: Refusal = Refusal {
    status: StatusCode::INTERNAL_SERVER_ERROR,
    detail: "Internal Server Error",
    origin: Origin::Unexpected,
    retry_after: None,
};

/// Runs `answer`; a panic in it becomes a refusal.
pub(super) async fn guard(
    answer: impl Future<Output = Response<Body>>,
) -> Result<Response<Body>, Refusal> {
    caught(answer).await.map_err(|_| PANICKED)
}

/// Calls the router, which may panic before it has a future to give.
pub(super) fn calling<T>(router: impl FnOnce() -> T) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(router)).map_err(|_| PANICKED)
}
