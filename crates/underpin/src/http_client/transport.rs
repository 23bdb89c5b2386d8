//! Connections: TCP, TLS and the pool that keeps them. No policy beyond sizes and idle times.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Empty;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, crypto::ring};

use super::FetchProblem;

pub(super) type Transport = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

/// The longest head of an answer, in bytes.
const LONGEST_HEAD: usize = 64 * 1024;
const IDLE: Duration = Duration::from_mins(1);
const IDLE_CONNECTIONS_PER_HOST: usize = 4;

pub(super) async fn build() -> Result<Transport, FetchProblem> {
    let tls = tokio::task::spawn_blocking(trust)
        .await
        .map_err(|error| FetchProblem::unreachable(&error))?
        .map_err(|error| FetchProblem::unreachable(&error))?;
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .build();
    let transport = Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(IDLE_CONNECTIONS_PER_HOST)
        .http1_max_buf_size(LONGEST_HEAD)
        .build(connector);
    Ok(transport)
}

/// The machine's certificates, or Mozilla's where the machine has none. Reads files.
fn trust() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let versions = || {
        ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()
    };
    let config = match versions()?.with_native_roots() {
        Ok(native) => native,
        Err(_) => versions()?.with_webpki_roots(),
    };
    Ok(config.with_no_client_auth())
}
