//! How many requests are answered at once; one more is refused at once, for waiting would help nobody.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::{Response, StatusCode, header};
use http_body::{Frame, SizeHint};
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

/// Keeps the place until the last byte of the reply was taken. A reply that is complete in memory gives
/// it back now, and so does a stream of events, which may stay open for days.
pub(super) fn hold(place: Place, response: Response<Body>) -> Response<Body> {
    let Some(place) = place else { return response };
    if response.body().size_hint().exact().is_some() || is_event_stream(&response) {
        return response;
    }
    response.map(|body| {
        Body::new(Held {
            body,
            place: Some(place),
        })
    })
}

/// Whether the reply is a stream of server-sent events.
pub(super) fn is_event_stream(response: &Response<Body>) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"))
}

struct Held {
    body: Body,
    place: Place,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(None | Some(Err(_))) = frame {
            self.place = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
