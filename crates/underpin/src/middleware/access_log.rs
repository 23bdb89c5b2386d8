//! One log line for each request, when its reply is through. No query, no header, no body is in it.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, Uri};
use http_body::{Frame, SizeHint};

use super::{
    MatchedRoute, PipelineConfig, RequestId, measure,
    overload::{Place, keep},
};

/// Longest part of a path that is logged, in bytes.
const MAX_PATH: usize = 1024;

/// Stands for a hidden path that no route has.
const NO_ROUTE: &str = "(no route)";

/// One request and its reply; logged and counted when dropped.
pub(super) struct Exchange {
    method: Method,
    uri: Uri,
    id: RequestId,
    began: Instant,
    quiet: bool,
    metrics: bool,
    /// What is logged instead of the path, where that is hidden.
    shown: Option<&'static str>,
    status: Option<StatusCode>,
    bytes: u64,
    complete: bool,
}

impl Exchange {
    pub(super) fn begin(request: &Request<Body>, config: &PipelineConfig, id: RequestId) -> Self {
        if config.metrics {
            measure::begun();
        }
        let path = request.uri().path();
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            id,
            began: Instant::now(),
            quiet: config.health_paths.iter().any(|health| health == path),
            metrics: config.metrics,
            shown: config.hide_paths.then_some(NO_ROUTE),
            status: None,
            bytes: 0,
            complete: false,
        }
    }

    pub(super) fn path(&self) -> &str {
        self.uri.path()
    }

    pub(super) fn id(&self) -> &RequestId {
        &self.id
    }

    /// Follows the reply to its end, and holds the request's place until then. A reply that is complete in
    /// memory has come to its end.
    pub(super) fn answered(mut self, response: Response<Body>, place: Place) -> Response<Body> {
        let route = response.extensions().get::<MatchedRoute>().copied();
        self.status = Some(response.status());
        self.shown = self
            .shown
            .map(|nothing| route.map_or(nothing, |route| route.0));
        self.count(route);
        if let Some(length) = response.body().size_hint().exact() {
            self.bytes = length;
            self.complete = true;
            return response;
        }
        let place = keep(place, &response);
        response.map(|body| {
            Body::new(Followed {
                body,
                exchange: self,
                place,
            })
        })
    }

    fn count(&self, route: Option<MatchedRoute>) {
        if self.metrics {
            measure::answered(&self.method, route, self.status, self.began.elapsed());
        }
    }

    fn log(&self) {
        let path = self.uri.path();
        let path = self.shown.unwrap_or(path.get(..MAX_PATH).unwrap_or(path));
        let (method, id) = (self.method.as_str(), self.id.as_str());
        // Whole microseconds: more digits are noise.
        let micros = u32::try_from(self.began.elapsed().as_micros()).unwrap_or(u32::MAX);
        let duration_ms = f64::from(micros) / 1000.0;
        // 0 stands for a request that its client gave up.
        let status = self.status.map_or(0, |status| status.as_u16());
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "underpin::access",
                    method,
                    path,
                    status,
                    duration_ms,
                    bytes = self.bytes,
                    complete = self.complete,
                    request.id = id,
                    "{method} {path} answered {status} in {duration_ms:.1} ms"
                )
            };
        }
        if self.quiet {
            line!(debug);
        } else {
            line!(info);
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if self.metrics {
            measure::ended();
        }
        if self.status.is_none() {
            self.count(None);
        }
        self.log();
    }
}

/// The body of a reply that is logged when its last byte was taken.
struct Followed {
    body: Body,
    exchange: Exchange,
    place: Place,
}

impl HttpBody for Followed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, Bytes::len);
                self.exchange.bytes += u64::try_from(length).unwrap_or(u64::MAX);
                self.exchange.complete = self.body.is_end_stream();
            }
            Poll::Ready(None) => {
                self.exchange.complete = true;
                self.place = None;
            }
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
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
