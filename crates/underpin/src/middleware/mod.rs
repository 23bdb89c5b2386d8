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
use http::{Request, Response};
use tracing::Instrument;

use self::{
    access_log::Exchange,
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

    /// Answers one request that came from `peer`.
    pub async fn call(&self, mut request: Request<Body>, peer: SocketAddr) -> Response<Body> {
        let layers = &*self.0;
        let id = layers.request_ids.assign(&mut request);
        client::note(&mut request, peer, layers.limits.trust_proxy);
        let exchange = Exchange::begin(&request, &layers.config, id.clone());
        let span = tracing::info_span!("request", request.id = id.as_str());
        let (mut response, place) = layers.shared(request).instrument(span).await;
        if layers.config.send_request_id {
            id.send(&mut response);
        }
        exchange.answered(response, place)
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

impl Layers {
    /// CORS, around everything that can refuse.
    async fn shared(&self, request: Request<Body>) -> (Response<Body>, Place) {
        let Some(cors) = &self.config.cors else {
            return self.limited(request).await;
        };
        if let Some(reply) = cors.preflight(&request) {
            return (reply, None);
        }
        let visit = cors.visit(&request);
        let (mut response, place) = self.limited(request).await;
        if let Some(visit) = visit {
            visit.mark(&mut response);
        }
        (response, place)
    }

    /// Everything that can refuse.
    async fn limited(&self, request: Request<Body>) -> (Response<Body>, Place) {
        let uri = request.uri().clone();
        let admitted = framing::check(&request, self.limits.max_head_bytes)
            .and_then(|()| self.enter(uri.path()));
        let (place, answered) = match admitted {
            Ok(place) => (place, self.timed(request).await),
            Err(refusal) => (None, Err(refusal)),
        };
        let refuse = |refusal: Refusal| refusal.reply(&*self.format, uri.path());
        (answered.unwrap_or_else(refuse), place)
    }

    /// The router, with its patience for the body, for itself and for panics.
    async fn timed(&self, request: Request<Body>) -> Result<Response<Body>, Refusal> {
        let (request, watch) = body_limit::watch(request, &self.limits)?;
        let answer = panic::guard(self.compressed(request));
        let answered = timeout::within(self.limits.request_timeout, answer).await;
        body_limit::verdict(watch.as_deref(), answered.and_then(|answered| answered))
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
