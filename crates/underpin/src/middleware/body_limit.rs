//! How large a request's body may be and how slowly it may come. Both faces of a breach, declared in the
//! head or met while reading, get the same reply.

use std::{
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::{refusal::Refusal, timeout};
use crate::server::ServerConfig;

const TOO_LARGE: Refusal =
    Refusal::limit(StatusCode::PAYLOAD_TOO_LARGE, "Request body is too large");
const TIMED_OUT: Refusal = Refusal::limit(
    StatusCode::REQUEST_TIMEOUT,
    "Request body was not sent in time",
);

/// The body is above the limit; found in the sources of the error that reading it gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyTooLarge;

/// The body stopped coming; found in the sources of the error that reading it gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyTimedOut;

impl fmt::Display for BodyTooLarge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(TOO_LARGE.detail)
    }
}

impl fmt::Display for BodyTimedOut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(TIMED_OUT.detail)
    }
}

impl std::error::Error for BodyTooLarge {}
impl std::error::Error for BodyTimedOut {}

/// What became of a body.
#[derive(Debug, Default)]
pub(super) struct BodyWatch(AtomicU8);

impl BodyWatch {
    const COMING: u8 = 0;
    const COMPLETE: u8 = 1;
    const TOO_LARGE: u8 = 2;
    const TIMED_OUT: u8 = 3;

    fn set(&self, state: u8) {
        self.0.store(state, Ordering::Relaxed);
    }

    fn get(&self) -> u8 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Refuses a body that declares to be too large; puts any other under watch.
pub(super) fn watch(
    request: Request<Body>,
    limits: &ServerConfig,
) -> Result<(Request<Body>, Option<Arc<BodyWatch>>), Refusal> {
    if request.body().is_end_stream() {
        return Ok((request, None));
    }
    if request.body().size_hint().lower() > limits.max_body_bytes {
        return Err(TOO_LARGE);
    }
    let watch = Arc::new(BodyWatch::default());
    let (left, silence) = (limits.max_body_bytes, limits.body_timeout);
    let watched = |body| Watched {
        body,
        left,
        silence,
        sleep: None,
        watch: Arc::clone(&watch),
    };
    Ok((request.map(|body| Body::new(watched(body))), Some(watch)))
}

/// If the body broke a limit and the reply is an error, the limit is what the client is told. If time was
/// over while the body was still coming, the client was too slow and not we.
pub(super) fn verdict(
    watch: Option<&BodyWatch>,
    answered: Result<Response<Body>, Refusal>,
) -> Result<Response<Body>, Refusal> {
    let failed = match &answered {
        Ok(response) => response.status().is_client_error() || response.status().is_server_error(),
        Err(_) => true,
    };
    let late = matches!(&answered, Err(refusal) if *refusal == timeout::TOO_LONG);
    match watch.map(BodyWatch::get) {
        Some(BodyWatch::TOO_LARGE) if failed => Err(TOO_LARGE),
        Some(BodyWatch::TIMED_OUT) if failed => Err(TIMED_OUT),
        Some(BodyWatch::COMING) if late => Err(TIMED_OUT),
        _ => answered,
    }
}

struct Watched {
    body: Body,
    left: u64,
    silence: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
    watch: Arc<BodyWatch>,
}

impl Watched {
    fn fail(
        &self,
        state: u8,
        error: impl std::error::Error + Send + Sync + 'static,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.watch.set(state);
        Poll::Ready(Some(Err(axum::Error::new(error))))
    }

    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let silence = self.silence;
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep(silence)));
        sleep.as_mut().poll(cx)
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
            return match self.poll_silence(cx) {
                Poll::Ready(()) => self.fail(BodyWatch::TIMED_OUT, BodyTimedOut),
                Poll::Pending => Poll::Pending,
            };
        };
        let silence = self.silence;
        if let Some(timer) = &mut self.sleep {
            timer.set(sleep(silence));
        }
        let Some(Ok(data)) = frame
            .as_ref()
            .map(|frame| frame.as_ref().map(Frame::data_ref))
        else {
            self.watch.set(BodyWatch::COMPLETE);
            return Poll::Ready(frame);
        };
        let length = data.map_or(0, |data| u64::try_from(data.len()).unwrap_or(u64::MAX));
        match self.left.checked_sub(length) {
            Some(left) => self.left = left,
            None => return self.fail(BodyWatch::TOO_LARGE, BodyTooLarge),
        }
        if self.body.is_end_stream() {
            self.watch.set(BodyWatch::COMPLETE);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
