//! How long the head of a reply may take. A reply that has begun may stream on.

use std::time::Duration;

use http::StatusCode;

use super::refusal::Refusal;

/// What a client is told whose request took too long.
pub(super) const TOO_LONG: Refusal = Refusal {
    retry_after: Some(1),
    ..Refusal::limit(
        StatusCode::SERVICE_UNAVAILABLE,
        "The request took too long, try again in a moment",
    )
};

/// Drops `answer` when its time is over.
pub(super) async fn within<T>(
    limit: Duration,
    answer: impl Future<Output = T>,
) -> Result<T, Refusal> {
    let answered = tokio::time::timeout(limit, answer).await;
    answered.map_err(|_| {
        tracing::warn!(
            limit_ms = limit.as_millis(),
            "request took too long and was dropped"
        );
        TOO_LONG
    })
}
