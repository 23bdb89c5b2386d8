//! Stands in for the identity provider of the recording: discovery, keys, userinfo. Issues nothing.

use std::{convert::Infallible, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use crate::{compare::decode_jwt_part, har::Issuer, json::Json};

/// What is served.
pub enum StandIn {
    /// A recorded issuer, as it was.
    Issuer(Issuer),
    /// A key set, at any path that ends in `jwks` or `jwks.json`.
    Keys(String),
}

/// Serves `stand_in` at `address` until the program ends.
///
/// # Errors
/// The address cannot be listened at.
pub async fn serve(address: &str, stand_in: StandIn) -> Result<SocketAddr, String> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        format!("cannot stand in for the identity provider at {address}: {error}")
    })?;
    let bound = listener.local_addr().map_err(|error| error.to_string())?;
    let stand_in = Arc::new(stand_in);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let stand_in = stand_in.clone();
            let service = service_fn(move |request| {
                let response = stand_in.respond(&request);
                async move { Ok::<_, Infallible>(response) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    });
    Ok(bound)
}

impl StandIn {
    fn respond(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let (status, body) = match self {
            StandIn::Keys(keys) => {
                let path = request.uri().path();
                let hit = path.ends_with("jwks") || path.ends_with("jwks.json");
                if hit {
                    (200, keys.clone())
                } else {
                    (404, "{}".to_owned())
                }
            }
            StandIn::Issuer(issuer) => issuer_answer(issuer, request),
        };
        let mut response = Response::new(Full::new(Bytes::from(body)));
        *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or_default();
        let json = hyper::header::HeaderValue::from_static("application/json");
        response.headers_mut().insert("content-type", json);
        response
    }
}

fn issuer_answer(issuer: &Issuer, request: &Request<Incoming>) -> (u16, String) {
    let path = request.uri().path();
    let is_at = |key: &str| {
        let url = issuer.discovery.get(key).and_then(Json::as_str);
        url.and_then(|url| url.split_once("://"))
            .is_some_and(|(_, rest)| {
                rest.find('/')
                    .and_then(|at| rest.get(at..))
                    .is_some_and(|own| own == path)
            })
    };
    if path.ends_with("/.well-known/openid-configuration") {
        return (200, issuer.discovery.to_compact());
    }
    if is_at("jwks_uri") {
        return (200, issuer.jwks.to_compact());
    }
    if is_at("userinfo_endpoint") {
        let known = subject(request).and_then(|subject| {
            issuer
                .userinfo
                .iter()
                .find(|(sub, _)| *sub == subject)
                .map(|(_, info)| info)
        });
        return match known {
            Some(info) => (200, info.to_compact()),
            None => (401, r#"{"error":"invalid_token"}"#.to_owned()),
        };
    }
    (404, r#"{"error":"not_found"}"#.to_owned())
}

/// The subject that the bearer token claims; a stand-in verifies nothing.
fn subject(request: &Request<Incoming>) -> Option<String> {
    let header = request.headers().get("authorization")?.to_str().ok()?;
    let token = header.split_once(' ')?.1.trim();
    let claims = decode_jwt_part(token.split('.').nth(1)?)?;
    claims.get("sub")?.as_str().map(ToOwned::to_owned)
}
