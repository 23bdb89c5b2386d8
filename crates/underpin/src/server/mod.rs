//! The server: port, connections, their limits, and a stop that loses nothing. What is answered is the
//! pipeline's business.

mod accept;
mod activity;
mod config;
mod connection;
mod listen;
mod shutdown;
mod stream;
#[cfg(test)]
mod tests;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use tokio::time::Instant;

use self::accept::Connections;
use crate::{middleware::Pipeline, tasks::Tasks};

pub use config::ServerConfig;
pub use listen::{Listener, bind};
pub use shutdown::{Shutdown, stop_signal};

/// Least time that background tasks get to end, however long the requests took.
const LEAST_FOR_TASKS: Duration = Duration::from_secs(1);
/// How long clients of a full server are asked to wait, in seconds.
const RETRY_AFTER: u32 = 1;

/// How a server's life went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerReport {
    /// Connections let in.
    pub accepted: u64,
    /// Connections turned away because there were too many.
    pub refused: u64,
    /// Connections and HTTP/2 streams cut because they did not finish in time.
    pub cut: usize,
    /// Background tasks that did not end in time.
    pub unfinished_tasks: Vec<&'static str>,
}

impl ServerReport {
    /// Whether everything that was begun was finished.
    pub fn is_clean(&self) -> bool {
        self.cut == 0 && self.unfinished_tasks.is_empty()
    }
}

/// Serves until `shutdown` resolves; then stops accepting, finishes what was accepted, closes idle
/// connections, and waits for background tasks, all within the grace. A signal in that time stops at once.
pub async fn run(
    listener: Listener,
    config: ServerConfig,
    pipeline: Pipeline,
    tasks: Tasks,
    shutdown: impl Future<Output = ()>,
) -> ServerReport {
    run_until(listener, config, pipeline, tasks, shutdown, stop_signal()).await
}

/// As [`run`]; `at_once` is begun after `shutdown`.
async fn run_until(
    listener: Listener,
    config: ServerConfig,
    pipeline: Pipeline,
    tasks: Tasks,
    shutdown: impl Future<Output = ()>,
    at_once: impl Future<Output = ()>,
) -> ServerReport {
    let grace = config.shutdown_grace;
    let refusal = as_bytes(pipeline.refuse_connection(RETRY_AFTER)).await;
    let connections = Connections::new(Arc::new(config), refusal);
    let answer = move |request, peer| pipeline.call(request, peer);
    let counts = connections.accept(listener, answer, shutdown).await;

    tracing::info!("stopping: no new connections, finishing what was accepted");
    let (cut, unfinished_tasks) = stop(&connections, &tasks, grace, at_once).await;
    let report = ServerReport {
        accepted: counts.accepted,
        refused: counts.refused,
        cut,
        unfinished_tasks,
    };
    if report.is_clean() {
        tracing::info!("stopped; everything that was begun was finished");
    } else {
        tracing::warn!(
            cut,
            tasks = ?report.unfinished_tasks,
            "stopped; some connections or tasks did not finish in time"
        );
    }
    report
}

/// Lets connections finish, then tasks, together within `grace`; `at_once` ends all patience.
async fn stop(
    connections: &Connections,
    tasks: &Tasks,
    grace: Duration,
    at_once: impl Future<Output = ()>,
) -> (usize, Vec<&'static str>) {
    let began = Instant::now();
    let finish = async {
        let cut = connections.drain(tokio::time::sleep(grace)).await;
        let left = grace.saturating_sub(began.elapsed()).max(LEAST_FOR_TASKS);
        (cut, tasks.wait(left).await)
    };
    tokio::select! {
        outcome = finish => outcome,
        () = at_once => {
            let cut = connections.drain(std::future::ready(())).await;
            (cut, tasks.wait(Duration::ZERO).await)
        }
    }
}

/// Serves a small page (metrics, health) with `answer` on a port of its own until `shutdown` resolves.
/// No pipeline stands before it, and its connections are few.
pub async fn serve_plain<F>(
    listener: Listener,
    answer: impl Fn(Request<Body>) -> F + Clone + Send + Sync + 'static,
    shutdown: impl Future<Output = ()>,
) where
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let config = ServerConfig {
        max_connections: 64,
        max_head_bytes: 8 * 1024,
        shutdown_grace: Duration::from_secs(1),
        ..ServerConfig::default()
    };
    let grace = config.shutdown_grace;
    let refusal = Bytes::from_static(
        b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    );
    let connections = Connections::new(Arc::new(config), refusal);
    let answer = move |request, _: SocketAddr| answer(request);
    connections.accept(listener, answer, shutdown).await;
    connections.drain(tokio::time::sleep(grace)).await;
}

/// A reply as bytes of HTTP/1.1 after which the connection closes.
async fn as_bytes(reply: Response<Body>) -> Bytes {
    let (head, body) = reply.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default();
    let mut bytes = format!("HTTP/1.1 {}\r\n", head.status).into_bytes();
    for (name, value) in &head.headers {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    let length = format!(
        "content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    bytes.extend_from_slice(length.as_bytes());
    bytes.extend_from_slice(&body);
    bytes.into()
}
