//! The layers, called in process: what each adds to a request and its reply.

mod cors;
mod layers;

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::*;
use crate::error::Failure;

struct Plain;

impl ErrorFormat for Plain {
    fn render(&self, failure: Failure<'_>) -> (StatusCode, Value) {
        let body = json!({ "detail": failure.detail, "path": failure.path });
        (failure.status, body)
    }
}

fn pipeline<F>(
    limits: ServerConfig,
    config: PipelineConfig,
    handler: impl Fn(Request<Body>) -> F + Send + Sync + 'static,
) -> Pipeline
where
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let inner: Inner = Arc::new(move |request| Box::pin(handler(request)));
    let (clock, random) = (Clock::system(), Random::repeatable(1));
    Pipeline::new(inner, Arc::new(Plain), limits, config, &clock, &random).unwrap()
}

struct Reply {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// Sends a request with these headers and a `Host`.
async fn send(
    pipeline: &Pipeline,
    method: &str,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Reply {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "test");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    let peer = ([192, 0, 2, 7], 4000).into();
    let (head, body) = pipeline.call(request, peer).await.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Reply {
        status: head.status.as_u16(),
        headers: head.headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}
