//! Who sent a request, and over what: seen by us, or told by the proxy in front if it is trusted.

use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use http::{HeaderMap, HeaderName, Request};

static PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
static FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The request's sender, in its extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The address that rate limits count by; IPv4 as such, even if it came over an IPv6 socket.
    pub address: IpAddr,
    /// Whether the sender used HTTPS, for URLs that are sent back.
    pub https: bool,
}

/// Notes the sender. Of a list of addresses only the last one was written by our own proxy.
pub(super) fn note(request: &mut Request<Body>, peer: SocketAddr, trust_proxy: bool) {
    let headers = request.headers();
    let address = peer.ip().to_canonical();
    // Whoever speaks from this machine is believed about the scheme, as uvicorn does: the address that a
    // redirect names stays right behind a local proxy. Rate limits count by the address, so not about that.
    let knows_scheme = trust_proxy || address.is_loopback();
    let https = last(headers, &PROTO).is_some_and(|scheme| scheme == "https");
    let told = last(headers, &FOR).and_then(|text| text.parse().ok());
    let client = Client {
        address: told.filter(|_| trust_proxy).unwrap_or(address),
        https: knows_scheme && https,
    };
    request.extensions_mut().insert(client);
}

fn last<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    value.rsplit(',').next().map(str::trim)
}
