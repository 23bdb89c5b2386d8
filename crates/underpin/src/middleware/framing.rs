//! Heads that HTTP does not allow, or that are too large: refused before anything looks at them.
//!
//! A request with both `Content-Length` and `Transfer-Encoding` cannot be told here: the protocol layer
//! drops the length, reads the chunks and closes the connection after the reply (RFC 9112, section 6.3).

use axum::body::Body;
use http::{HeaderValue, Request, StatusCode, Version, header};

use super::refusal::Refusal;
use crate::error::Origin;

const BAD_HOST: Refusal = Refusal {
    status: StatusCode::BAD_REQUEST,
    detail: "Exactly one valid Host header is needed",
    origin: Origin::Limit,
    retry_after: None,
};
const HEAD_TOO_LARGE: Refusal = Refusal::limit(
    StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
    "Request headers are too large",
);

/// Refuses a head above `max_head_bytes`, and `Host` headers that RFC 9112, section 3.2 forbids.
pub(super) fn check(request: &Request<Body>, max_head_bytes: usize) -> Result<(), Refusal> {
    if head_bytes(request) > max_head_bytes {
        return Err(HEAD_TOO_LARGE);
    }
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if is_host(host) => Ok(()),
        (None, None) if request.version() != Version::HTTP_11 => Ok(()),
        _ => Err(BAD_HOST),
    }
}

/// The head as it stood on the wire in HTTP/1.1, near enough: target, names, values, `: ` and line ends.
fn head_bytes(request: &Request<Body>) -> usize {
    let target = request
        .uri()
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    let line =
        |(name, value): (&header::HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 4;
    target + request.headers().iter().map(line).sum::<usize>()
}

/// A name, an IPv4 address or an IPv6 address in brackets, and perhaps a port. Replies build URLs from it.
fn is_host(value: &HeaderValue) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~:[]%".contains(byte);
    value.as_bytes().iter().all(allowed)
}
