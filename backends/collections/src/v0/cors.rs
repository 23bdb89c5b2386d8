//! Every other origin may call v0, with credentials: what is answered to its preflights, and how replies
//! are marked.

use underpin::http::{HeaderMap, StatusCode, header};

use crate::app::http::reply::Reply;

const METHODS: &str = "GET,HEAD,PUT,PATCH,POST,DELETE";

/// The reply to any OPTIONS.
pub fn preflight(asked: &HeaderMap) -> Reply {
    let mut reply = Reply::new(StatusCode::NO_CONTENT);
    reply.set(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    reply.vary("Origin");
    reply.vary("Access-Control-Request-Headers");
    let wanted = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
    if let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) {
        reply
            .headers
            .insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    reply.set(header::CONTENT_LENGTH, "0");
    mark(asked, &mut reply);
    reply
}

/// Lets the page that asked read the reply.
pub fn mark(asked: &HeaderMap, reply: &mut Reply) {
    if let Some(origin) = asked.get(header::ORIGIN) {
        reply
            .headers
            .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    reply.set(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
}
