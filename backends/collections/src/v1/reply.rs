//! Replies as v1 makes them: indented JSON, and text for what went wrong. What they are about is elsewhere.

use bytes::Bytes;
use underpin::http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::app::{
    http::{
        etag,
        reply::{Reply, title},
    },
    value::quote,
};

const METHODS: &str = "GET, HEAD, PUT, PATCH, POST, DELETE";

/// Indented JSON.
pub fn json(status: StatusCode, text: impl Into<Bytes>) -> Reply {
    Reply::whole(status, "application/json", text)
}

/// `{"error": …}`.
pub fn error(status: StatusCode, text: &str) -> Reply {
    let mut body = String::from("{\n  \"error\": ");
    quote(text, &mut body);
    body.push_str("\n}");
    json(status, body)
}

/// What a failure below looks like: the client learns what concerns it, the log the rest.
pub fn internal(problem: &underpin::Error) -> Reply {
    let status = problem.status();
    let mut reply = if status.is_server_error() {
        tracing::error!(error = problem.chain(), "a request failed");
        text(status, title(status))
    } else {
        error(status, problem.detail())
    };
    for (name, value) in problem.headers() {
        reply.headers.append(name.clone(), value.clone());
    }
    reply
}

/// 404.
pub fn not_found() -> Reply {
    error(StatusCode::NOT_FOUND, "Not Found")
}

/// An error of the original's.
pub fn failure(text: &str) -> Reply {
    self::text(StatusCode::INTERNAL_SERVER_ERROR, text)
}

/// A text that is safe in a page.
pub fn text(status: StatusCode, text: &str) -> Reply {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    let kind = "text/plain; charset=utf-8";
    let mut reply = Reply::whole(status, kind, safe);
    reply.set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    reply
}

/// A segment of the address cannot be decoded.
pub fn bad_request() -> Reply {
    let text = "Bad Request";
    let kind = "text/plain; charset=utf-8";
    let mut reply = Reply::whole(StatusCode::BAD_REQUEST, kind, text);
    reply.set(header::ETAG, &etag::of(text.as_bytes()));
    reply
}

/// The reply to any OPTIONS.
pub fn preflight() -> Reply {
    let mut reply = Reply::new(StatusCode::NO_CONTENT);
    reply.set(header::CONTENT_LENGTH, "0");
    reply
}

/// Lets pages of all origins read the reply.
pub fn mark(asked: &HeaderMap, reply: &mut Reply) {
    let (all, methods) = const {
        (
            HeaderValue::from_static("*"),
            HeaderValue::from_static(METHODS),
        )
    };
    reply.set_fixed(header::ACCESS_CONTROL_ALLOW_ORIGIN, all);
    reply.set_fixed(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    let wanted = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
    match wanted.and_then(|wanted| wanted.to_str().ok()) {
        // One line would do as well, but clients that look for their header's line find it this way.
        Some("") => reply.set(header::ACCESS_CONTROL_ALLOW_HEADERS, ""),
        Some(wanted) => {
            for name in wanted
                .split(',')
                .filter_map(|name| name.trim().parse().ok())
            {
                reply
                    .headers
                    .append(header::ACCESS_CONTROL_ALLOW_HEADERS, name);
            }
        }
        None => {
            let usual = const { HeaderValue::from_static("content-type") };
            reply.set_fixed(header::ACCESS_CONTROL_ALLOW_HEADERS, usual);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_try_again_is_told_so_and_nothing_else() {
        let reply = internal(&underpin::Error::unavailable("the disk is full".to_owned()));
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(reply.headers.contains_key(header::RETRY_AFTER));
        assert!(!format!("{:?}", reply.content).contains("disk"));
        let reply = internal(&underpin::Error::internal(std::fmt::Error));
        assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!reply.headers.contains_key(header::RETRY_AFTER));
    }
}
