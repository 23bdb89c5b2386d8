//! Compression of replies, if it is switched on and the client asks for it.

use std::{convert::Infallible, sync::Arc};

use axum::body::Body;
use futures_util::future::BoxFuture;
use http::{Request, Response, header};
use tower::{ServiceExt, service_fn};
use tower_http::compression::{
    Compression, DefaultPredicate,
    predicate::{NotForContentType, Predicate},
};

use super::{Inner, Layers};

impl Layers {
    /// Calls the router. Streams of events, images and archives are left as they are, and so is what is
    /// compressed already.
    pub(super) fn compressed(&self, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
        if self.config.compression && request.headers().contains_key(header::ACCEPT_ENCODING) {
            Box::pin(compress(Arc::clone(&self.inner), request))
        } else {
            (self.inner)(request)
        }
    }
}

async fn compress(inner: Inner, request: Request<Body>) -> Response<Body> {
    let router = service_fn(move |request| {
        let reply = inner(request);
        async move { Ok::<_, Infallible>(reply.await) }
    });
    let worthwhile = DefaultPredicate::new()
        .and(NotForContentType::const_new("application/zip"))
        .and(NotForContentType::const_new("application/gzip"));
    let compression = Compression::new(router).compress_when(worthwhile);
    match compression.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}
