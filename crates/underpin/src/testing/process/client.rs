//! Someone who calls a running program over the network.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use http_body_util::Full;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;

use crate::testing::Reply;

/// A client with connections of its own and headers that it always sends. Clones share the connections.
#[derive(Clone, Debug)]
pub struct TestClient {
    connections: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
    headers: HeaderMap,
}

impl TestClient {
    /// Someone who calls the program at this address, whose ever it is.
    pub fn new(address: SocketAddr) -> Self {
        Self {
            connections: Client::builder(TokioExecutor::new()).build_http(),
            address,
            headers: HeaderMap::new(),
        }
    }

    /// The same client, who now also sends this header.
    ///
    /// # Panics
    ///
    /// If that is no header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).expect("a header name");
        self.headers
            .insert(name, HeaderValue::try_from(value).expect("a header value"));
        self
    }

    /// GET.
    ///
    /// # Panics
    ///
    /// As every method but [`TestClient::send`]: if no whole answer comes.
    pub async fn get(&self, path: &str) -> Reply {
        self.must(Method::GET, path, None).await
    }

    /// POST with a JSON body.
    ///
    /// # Panics
    ///
    /// If no whole answer comes.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.must(Method::POST, path, Some(body)).await
    }

    /// PUT with a JSON body.
    ///
    /// # Panics
    ///
    /// If no whole answer comes.
    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        self.must(Method::PUT, path, Some(body)).await
    }

    /// DELETE without a body.
    ///
    /// # Panics
    ///
    /// If no whole answer comes.
    pub async fn delete(&self, path: &str) -> Reply {
        self.must(Method::DELETE, path, None).await
    }

    /// Any method; an error, in words, if no whole answer comes.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Reply, String> {
        let to = format!("{method} {path}");
        let text = body.map(Value::to_string).unwrap_or_default();
        let mut request = Request::new(Full::from(text));
        *request.method_mut() = method;
        *request.headers_mut() = self.headers.clone();
        if body.is_some() {
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert("content-type", json);
        }
        let target = format!("http://{}{path}", self.address);
        *request.uri_mut() = target.parse().expect("a request target");
        let response = self.connections.request(request).await;
        let response = response.map_err(|error| format!("{to}: {error:?}"))?;
        let response = response.map(axum::body::Body::new);
        let reply = Reply::try_read(to, response).await;
        reply.map_err(|error| error.to_string())
    }

    async fn must(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let reply = self.send(method, path, body).await;
        reply.unwrap_or_else(|error| panic!("{error}"))
    }
}
