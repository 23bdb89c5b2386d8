//! The app's outgoing HTTP: bounded in time and size, no redirects. What the answers mean is the caller's.

mod error;
#[cfg(test)]
pub(crate) mod test_server;
#[cfg(test)]
mod tests;
mod transport;

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header};
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde_json::Value;
use tokio::sync::OnceCell;

pub use error::{FetchError, FetchProblem};

use self::transport::Transport;
use crate::{Context, Provide, Secret, StartError};

const USER_AGENT: &str = concat!("underpin/", env!("CARGO_PKG_VERSION"));

/// Asks other servers over HTTP/1.1, with and without TLS. Cloning is cheap and shares the connections.
///
/// TLS trusts the machine's certificates (`SSL_CERT_FILE` and `SSL_CERT_DIR` count), or Mozilla's
/// list where the machine has none.
#[derive(Clone, Default)]
pub struct HttpClient(Arc<OnceCell<Transport>>);

/// What an answer may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest body, in bytes.
    pub bytes: usize,
    /// From the first byte sent to the last byte read, connecting included.
    pub time: Duration,
}

impl HttpClient {
    /// A client without connections yet; the trusted certificates are read at the first request.
    pub fn new() -> Self {
        Self::default()
    }

    /// The JSON behind `url`, if the answer is a 2xx. A redirect is an answer like any other, not followed.
    ///
    /// Errors name host and reason, never the path, the query or the token.
    pub async fn get_json(
        &self,
        url: &str,
        bearer: Option<&Secret<String>>,
        limits: Limits,
    ) -> Result<Value, FetchError> {
        let request = request(url, bearer)?;
        let host = host_of(request.uri());
        // Boxed: the transport's types are deep, and would be part of every future that may ask.
        let asking = Box::pin(self.ask(request, limits.bytes));
        let answer = tokio::time::timeout(limits.time, asking).await;
        answer
            .unwrap_or(Err(FetchProblem::TooSlow(limits.time)))
            .map_err(|problem| FetchError { host, problem })
    }

    async fn ask(
        &self,
        request: Request<Empty<Bytes>>,
        most: usize,
    ) -> Result<Value, FetchProblem> {
        let transport = self.0.get_or_try_init(transport::build).await?;
        let response = transport
            .request(request)
            .await
            .map_err(|error| FetchProblem::unreachable(&error))?;
        if !response.status().is_success() {
            return Err(FetchProblem::Status(response.status()));
        }
        let body = read(response.into_body(), most).await?;
        serde_json::from_slice(&body).map_err(|_| FetchProblem::NotJson)
    }
}

impl Provide for HttpClient {
    fn provide(context: &Context) -> Result<Self, StartError> {
        Ok((*context.once(|| Ok(Self::new()))?).clone())
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HttpClient").finish_non_exhaustive()
    }
}

fn request(
    url: &str,
    bearer: Option<&Secret<String>>,
) -> Result<Request<Empty<Bytes>>, FetchError> {
    let address = || FetchError {
        host: "(no host)".to_owned(),
        problem: FetchProblem::Address,
    };
    let uri: Uri = url.parse().map_err(|_| address())?;
    let has_user = uri
        .authority()
        .is_some_and(|part| part.as_str().contains('@'));
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    if !is_http || has_user || uri.host().is_none_or(str::is_empty) {
        return Err(address());
    }
    let mut request = Request::get(uri)
        .header(header::ACCEPT, HeaderValue::from_static("application/json"))
        .header(header::USER_AGENT, HeaderValue::from_static(USER_AGENT))
        .body(Empty::new())
        .map_err(|_| address())?;
    if let Some(token) = bearer {
        let value = format!("Bearer {}", token.expose());
        let mut value = HeaderValue::try_from(value).map_err(|_| FetchError {
            host: host_of(request.uri()),
            problem: FetchProblem::Token,
        })?;
        value.set_sensitive(true);
        request.headers_mut().insert(header::AUTHORIZATION, value);
    }
    Ok(request)
}

fn host_of(uri: &Uri) -> String {
    uri.authority().map(ToString::to_string).unwrap_or_default()
}

async fn read(body: Incoming, most: usize) -> Result<Bytes, FetchProblem> {
    match Limited::new(body, most).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(FetchProblem::TooLarge(most)),
        Err(error) => Err(FetchProblem::unreachable(&*error)),
    }
}
