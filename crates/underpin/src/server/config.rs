//! The limits of the server, as plain values. Where they come from is the configuration's business.

use std::time::Duration;

/// Where to listen, and how much of anything one client may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// Address or name to listen on; `127.0.0.1` by default.
    pub host: String,
    /// Port to listen on; 0 takes any free one. 8000 by default.
    pub port: u16,
    /// Connections open at once; one more gets a quick 503 and is closed.
    pub max_connections: usize,
    /// Requests being answered at once; one more gets 503.
    pub max_in_flight: usize,
    /// Time for the head of a request, from the first byte (from connecting, for the first request).
    pub head_timeout: Duration,
    /// Bytes in the head of a request: target, names and values. More gets 431.
    pub max_head_bytes: usize,
    /// Time that a connection may stay open without a request.
    pub idle_timeout: Duration,
    /// Bytes in the body of a request. More gets 413.
    pub max_body_bytes: u64,
    /// Longest silence while a body is sent to us (408) or taken from us (the connection is cut).
    pub body_timeout: Duration,
    /// Time until the head of the reply is ready; a reply that streams may take longer. Else 503.
    pub request_timeout: Duration,
    /// Time for requests and tasks to finish after the program was told to stop.
    pub shutdown_grace: Duration,
    /// Whether a proxy in front sets `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Request-Id`.
    /// If not, these headers are not believed, save for the scheme when it comes from this machine.
    pub trust_proxy: bool,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 8000,
            max_connections: 10_000,
            max_in_flight: 1_024,
            head_timeout: Duration::from_secs(10),
            max_head_bytes: 32 * 1024,
            idle_timeout: Duration::from_secs(75),
            max_body_bytes: 2 * 1024 * 1024,
            body_timeout: Duration::from_secs(20),
            request_timeout: Duration::from_secs(30),
            shutdown_grace: Duration::from_secs(30),
            trust_proxy: false,
        }
    }
}
