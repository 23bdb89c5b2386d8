//! How many requests are answered at once; one more is refused at once, for waiting would help nobody.

use std::sync::Arc;

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Layers, refusal::Refusal};

/// What a client of a full server is told.
pub(super) const FULL: Refusal = Refusal {
    retry_after: Some(1),
    ..Refusal::limit(
        StatusCode::SERVICE_UNAVAILABLE,
        "The server is busy, try again in a moment",
    )
};

/// The places for requests in flight.
pub(super) struct Overload(Arc<Semaphore>);

/// A place held by one request; `None` for those that need none.
pub(super) type Place = Option<OwnedSemaphorePermit>;

impl Overload {
    pub(super) fn new(max_in_flight: usize) -> Self {
        Self(Arc::new(Semaphore::new(
            max_in_flight.min(Semaphore::MAX_PERMITS),
        )))
    }
}

impl Layers {
    /// A place for a request to `path`. Health checks need none: a full server is not a dead one.
    pub(super) fn enter(&self, path: &str) -> Result<Place, Refusal> {
        if self.config.health_paths.iter().any(|health| health == path) {
            return Ok(None);
        }
        let place = Arc::clone(&self.overload.0).try_acquire_owned();
        place.map(Some).map_err(|_| FULL)
    }
}

/// What of the place outlives the head of the reply. A reply that streams keeps it until its last byte was
/// taken; one that is complete in memory does not, nor does a stream of events, which may run for days.
pub(super) fn keep(place: Place, response: &Response<Body>) -> Place {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let is_events = |value: &HeaderValue| value.as_bytes().starts_with(b"text/event-stream");
    place.filter(|_| !content_type.is_some_and(is_events))
}
