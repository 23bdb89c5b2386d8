//! What happens around every request: one list of layers, in one order. What is answered is the router's
//! business, connections are the server's.
//!
//! From the outside in: request id, sender, access log with metrics, CORS, framing, overload, body limit,
//! time limit, panic, compression, then the router. CORS stands outside of everything that refuses, so that a
//! browser can read each refusal, a 500 included.

mod access_log;
mod body_limit;
mod client;
mod compression;
mod cors;
mod framing;
mod measure;
mod overload;
mod panic;
mod refusal;
mod request_id;
#[cfg(test)]
mod tests;
mod timeout;

use std::{fmt, net::SocketAddr, sync::Arc};

use axum::body::Body;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Request, Response, header};
use tracing::Instrument;

use self::{
    access_log::Exchange,
    body_limit::BodyWatch,
    overload::{Overload, Place},
    refusal::Refusal,
    request_id::RequestIds,
};
use crate::{Clock, Random, Result, error::ErrorFormat, server::ServerConfig};

pub use body_limit::{BodyTimedOut, BodyTooLarge};
pub use client::Client;
pub use cors::{AllowedHeaders, Cors, Origins};
pub use measure::MatchedRoute;
pub use request_id::RequestId;

/// The router with its handlers: answers every request, 404 and 405 included.
pub type Inner = Arc<dyn Fn(Request<Body>) -> BoxFuture<'static, Response<Body>> + Send + Sync>;

/// What the layers do that is not a limit of the server.
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches that do not depend on each other"
)]
#[derive(Clone, Debug)]
pub struct PipelineConfig {
    /// Which other origins may read replies; `None` adds nothing, as if there were no other origins.
    pub cors: Option<Cors>,
    /// Whether replies are compressed for clients that ask for it.
    pub compression: bool,
    /// Whether replies carry `X-Request-Id`.
    pub send_request_id: bool,
    /// Whether requests are counted and timed.
    pub metrics: bool,
    /// Whether the log names the route that answered instead of the path, which may name people.
    pub hide_paths: bool,
    /// Exact paths that are answered even when the server is full, and logged at debug level only.
    pub health_paths: Vec<String>,
}

impl Default for PipelineConfig {
    fn default() -> Self {
        Self {
            cors: None,
            compression: false,
            send_request_id: true,
            metrics: true,
            hide_paths: false,
            health_paths: Vec::new(),
        }
    }
}

/// All layers around the router. Cloning is cheap and shares the limits.
#[derive(Clone)]
pub struct Pipeline(Arc<Layers>);

struct Layers {
    inner: Inner,
    format: Arc<dyn ErrorFormat>,
    limits: ServerConfig,
    config: PipelineConfig,
    request_ids: RequestIds,
    overload: Overload,
}

impl Pipeline {
    /// Puts the layers around `inner`. Refusals are rendered by `format`. Fails only without randomness.
    pub fn new(
        inner: Inner,
        format: Arc<dyn ErrorFormat>,
        limits: ServerConfig,
        config: PipelineConfig,
        clock: &Clock,
        random: &Random,
    ) -> Result<Self> {
        if config.metrics {
            measure::describe();
        }
        Ok(Self(Arc::new(Layers {
            request_ids: RequestIds::new(clock.clone(), random, limits.trust_proxy)?,
            overload: Overload::new(limits.max_in_flight),
            inner,
            format,
            limits,
            config,
        })))
    }

    /// Answers one request that came from `peer`. What can be done at once is, so that the future, of which
    /// every connection keeps room for one, stays small.
    pub fn call(
        &self,
        mut request: Request<Body>,
        peer: SocketAddr,
    ) -> impl Future<Output = Response<Body>> + Send + use<> {
        let layers = Arc::clone(&self.0);
        let id = layers.request_ids.assign(&mut request);
        client::note(&mut request, peer, layers.limits.trust_proxy);
        let span = tracing::info_span!("request", request.id = id.as_str());
        let exchange = Exchange::begin(&request, &layers.config, id);
        let begun = span.in_scope(|| layers.begin(request));
        async move {
            let answering = layers.answer(begun, exchange.path());
            let (mut response, place) = answering.instrument(span).await;
            if layers.config.send_request_id {
                exchange.id().send(&mut response);
            }
            exchange.answered(response, place)
        }
    }

    /// What a connection above the limit is told.
    pub(crate) fn refuse_connection(&self, retry_after: u32) -> Response<Body> {
        let refusal = Refusal {
            retry_after: Some(retry_after),
            ..overload::FULL
        };
        refusal.reply(&*self.0.format, "")
    }
}

/// A request on its way.
enum Begun {
    /// Answered before routing.
    Preflight(Response<Body>),
    /// Let through, or refused; marked at the end for the `Origin` that it came from.
    Routed(Option<HeaderValue>, Result<Running, Refusal>),
}

/// A request that the router is answering.
struct Running {
    answer: BoxFuture<'static, Response<Body>>,
    watch: Option<Arc<BodyWatch>>,
    place: Place,
}

impl Layers {
    fn begin(&self, request: Request<Body>) -> Begun {
        let Some(cors) = &self.config.cors else {
            return Begun::Routed(None, self.admit(request));
        };
        if let Some(reply) = cors.preflight(&request) {
            return Begun::Preflight(reply);
        }
        let origin = request.headers().get(header::ORIGIN).cloned();
        Begun::Routed(origin, self.admit(request))
    }

    /// Everything that can refuse before the router is asked.
    fn admit(&self, request: Request<Body>) -> Result<Running, Refusal> {
        framing::check(&request, self.limits.max_head_bytes)?;
        let place = self.enter(request.uri().path())?;
        let (request, watch) = body_limit::watch(request, &self.limits)?;
        let answer = panic::calling(|| self.compressed(request))?;
        Ok(Running {
            answer,
            watch,
            place,
        })
    }

    async fn answer(&self, begun: Begun, path: &str) -> (Response<Body>, Place) {
        let (origin, admitted) = match begun {
            Begun::Preflight(reply) => return (reply, None),
            Begun::Routed(origin, admitted) => (origin, admitted),
        };
        let (answered, place) = match admitted {
            Ok(running) => self.finish(running).await,
            Err(refusal) => (Err(refusal), None),
        };
        let refuse = |refusal: Refusal| refusal.reply(&*self.format, path);
        let mut response = answered.unwrap_or_else(refuse);
        if let (Some(cors), Some(origin)) = (&self.config.cors, origin) {
            cors.mark(origin, &mut response);
        }
        (response, place)
    }

    async fn finish(&self, running: Running) -> (Result<Response<Body>, Refusal>, Place) {
        let answer = panic::guard(running.answer);
        let answered = timeout::within(self.limits.request_timeout, answer).await;
        let answered = answered.and_then(|answered| answered);
        let answered = body_limit::verdict(running.watch.as_deref(), answered);
        (answered, running.place)
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pipeline")
            .field("limits", &self.0.limits)
            .field("config", &self.0.config)
            .finish_non_exhaustive()
    }
}
