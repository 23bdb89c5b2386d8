//! A panic in a handler: logged, answered with 500, and gone.

use axum::body::Body;
use http::{Response, StatusCode};

use super::refusal::Refusal;
use crate::{
    error::Origin,
    tasks::{caught, words},
};

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
    caught(answer).await.map_err(|panic| {
        tracing::error!(panic = words(&*panic), "a handler panicked");
        PANICKED
    })
}
