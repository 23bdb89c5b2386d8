//! The settings that every backend has; those of one backend are in its own `config.rs`.

use std::{path::PathBuf, time::Duration};

use super::{Config, FromText, Shape};
use crate::{
    Secret,
    telemetry::{LogFilter, LogFormat},
};

/// Server, database, logs and metrics.
#[derive(Clone, Debug, Config)]
pub struct Framework {
    /// A TOML file with settings; the environment wins over it, and so does `.env`.
    #[config(env = "CONFIG_FILE")]
    pub file: Option<PathBuf>,
    /// Where and within which limits requests are served.
    #[config(nested)]
    pub server: ServerSettings,
    /// Where the data is.
    #[config(nested)]
    pub database: DatabaseSettings,
    /// What is logged, and how.
    #[config(nested)]
    pub logs: LogSettings,
    /// Where Prometheus finds the metrics.
    #[config(nested)]
    pub metrics: MetricsSettings,
}

/// Where and within which limits requests are served.
#[derive(Clone, Debug, Config)]
pub struct ServerSettings {
    /// Name or IP address to listen on; `127.0.0.1` is reachable from this machine alone.
    #[config(env = "HOST", default = "0.0.0.0")]
    pub host: String,
    /// Port to listen on; 0 takes a free one.
    #[config(env = "PORT", default = "8000")]
    pub port: u16,
    /// Connections at a time; more wait in the system's queue.
    #[config(env = "MAX_CONNECTIONS", default = "10000", min = 1, max = 1_000_000)]
    pub max_connections: usize,
    /// Requests at a time; more are answered 503 with `Retry-After`.
    #[config(env = "MAX_IN_FLIGHT", default = "1024", min = 1, max = 1_000_000)]
    pub max_in_flight: usize,
    /// Time for a client to send the head of a request.
    #[config(env = "HEAD_TIMEOUT", default = "10s", min = 0.1, max = 3600)]
    pub head_timeout: Duration,
    /// Greatest head of a request, in bytes.
    #[config(env = "MAX_HEAD_BYTES", default = "65536", min = 8192, max = 1_048_576)]
    pub max_head_bytes: usize,
    /// Time that a connection may stay open without a request.
    #[config(env = "IDLE_TIMEOUT", default = "75s", min = 1, max = 86400)]
    pub idle_timeout: Duration,
    /// Greatest body of a request, in bytes.
    #[config(
        env = "MAX_BODY_BYTES",
        default = "10485760",
        min = 1024,
        max = 4_294_967_296
    )]
    pub max_body_bytes: usize,
    /// Time for a client to send the body of a request.
    #[config(env = "BODY_TIMEOUT", default = "30s", min = 0.1, max = 3600)]
    pub body_timeout: Duration,
    /// Time for a handler to answer.
    #[config(env = "REQUEST_TIMEOUT", default = "60s", min = 0.1, max = 3600)]
    pub request_timeout: Duration,
    /// Time that accepted requests get to finish when the program is asked to stop.
    #[config(env = "SHUTDOWN_GRACE", default = "25s", min = 0, max = 3600)]
    pub shutdown_grace: Duration,
    /// Whether a proxy in front sets `X-Forwarded-For` and `X-Forwarded-Proto`, which are then believed.
    /// (A proxy on this machine is believed about the scheme in any case.)
    #[config(env = "TRUST_PROXY", default = "false")]
    pub trust_proxy: bool,
}

/// Where the data is, and how many connections go there.
#[derive(Clone, Debug, Config)]
pub struct DatabaseSettings {
    /// `postgresql://user:password@host/name`, or `sqlite:PATH`; unset: a SQLite file of the program's own.
    #[config(env = "DATABASE_URL")]
    pub url: Option<Secret<String>>,
    /// Where the tables are changed, if not there: a direct connection beside a pooler.
    #[config(env = "DATABASE_URL_MIGRATION")]
    pub migration_url: Option<Secret<String>>,
    /// Connections to PostgreSQL, or readers of SQLite; unset: as many as suit this machine.
    #[config(env = "DATABASE_CONNECTIONS", min = 1, max = 1000)]
    pub connections: Option<usize>,
    /// Time to wait for a free connection before answering 503.
    #[config(env = "DATABASE_TIMEOUT", default = "5s", min = 0.1, max = 300)]
    pub timeout: Duration,
    /// Statements that take longer are logged.
    #[config(env = "SLOW_STATEMENT", default = "500ms", min = 0, max = 3600)]
    pub slow_statement: Duration,
}

/// What is logged to the standard error, and how.
#[derive(Clone, Debug, Config)]
pub struct LogSettings {
    /// A level, or several for parts of the program: `info,notes=debug,underpin::db=debug`.
    #[config(env = "LOG_LEVEL", default = "info")]
    pub level: LogFilter,
    /// Lines to read, JSON to collect; `auto` is text on a terminal and JSON elsewhere.
    #[config(env = "LOG_FORMAT", default = "auto")]
    pub format: LogFormat,
    /// Any value turns colours off (no-color.org).
    #[config(env = "NO_COLOR")]
    pub no_color: Option<String>,
}

/// Where Prometheus finds the metrics.
#[derive(Clone, Debug, Config)]
pub struct MetricsSettings {
    /// `off`, a port of their own (on the same host), or a path on the main port such as `/metrics`.
    #[config(env = "METRICS", default = "off")]
    pub export: MetricsExport,
}

/// Where the metrics are served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetricsExport {
    /// Nowhere.
    Off,
    /// On a port of their own, at `/metrics`.
    Port(u16),
    /// On the main port, at this path.
    Path(String),
}

impl FromText for MetricsExport {
    const SHAPE: Shape = Shape::new("off, a port from 1 to 65535, or a path such as /metrics");

    fn from_text(text: &str) -> Result<Self, Option<String>> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("off") {
            return Ok(Self::Off);
        }
        let plain = |next: char| next.is_ascii_alphanumeric() || "/-_.".contains(next);
        if text.len() > 1 && text.starts_with('/') && text.chars().all(plain) {
            return Ok(Self::Path(text.to_owned()));
        }
        text.parse()
            .ok()
            .filter(|port| *port != 0)
            .map(Self::Port)
            .ok_or(None)
    }
}
