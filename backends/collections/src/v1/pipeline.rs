//! The order in which v1 treats a request: files, other origins, the body, and then the routes.

use std::borrow::Cow;

use underpin::http::{
    Body, Exchange, HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header,
};

use super::{Failure, Request, V1, body, reply, write};
use crate::app::{
    http::{
        front::{self, LONGEST_DELAY},
        method,
        query_string::{decode_component, pairs},
        reply::Reply,
    },
    value::{Json, Object},
};

/// A key that the original drops when it reads the file.
const SCHEMA: &str = "$schema";

impl V1 {
    /// Answers a request.
    pub async fn answer(&self, exchange: &mut Exchange) -> Response {
        if !method::is_known(exchange.method().as_str()) {
            return unknown();
        }
        let is_head = *exchange.method() == Method::HEAD;
        let target = exchange.uri().path_and_query();
        let target = target.map_or("/", |target| target.as_str()).to_owned();
        let mut answer = self.file_or_data(exchange, &target).await;
        let (name, value) = const {
            (
                HeaderName::from_static("x-powered-by"),
                HeaderValue::from_static("tinyhttp"),
            )
        };
        answer.set_fixed(name, value);
        answer.into_response(is_head)
    }

    async fn file_or_data(&self, exchange: &mut Exchange, target: &str) -> Reply {
        let path = target.split('?').next().unwrap_or_default();
        if matches!(*exchange.method(), Method::GET | Method::HEAD)
            && let Some(file) = self.statics.reply(path, exchange.headers()).await
        {
            return file;
        }
        let answer = if exchange.method() == Method::OPTIONS && !self.options.no_cors {
            Ok(reply::preflight())
        } else {
            self.data(exchange, target).await
        };
        let is_read = matches!(*exchange.method(), Method::GET | Method::HEAD);
        let answer = if is_read {
            self.or_page(exchange.headers(), path, answer).await
        } else {
            answer
        };
        let mut answer = answer.unwrap_or_else(|failure| match failure {
            Failure::Reply(reply) => *reply,
            Failure::Internal(error) => reply::internal(&error),
        });
        // The original leaves its headers out where the address begins with two slashes.
        if !self.options.no_cors && !path.starts_with("//") {
            reply::mark(exchange.headers(), &mut answer);
        }
        answer
    }

    /// A page of this program, where there is no resource of its name.
    async fn or_page(
        &self,
        asked: &HeaderMap,
        path: &str,
        answer: Result<Reply, Failure>,
    ) -> Result<Reply, Failure> {
        let missing = [StatusCode::NOT_FOUND, StatusCode::BAD_REQUEST];
        if !answer
            .as_ref()
            .is_ok_and(|reply| missing.contains(&reply.status))
        {
            return answer;
        }
        let page = match path {
            "/" => Box::pin(front::start(&self.pages)).await?,
            path => Box::pin(front::other(&self.pages, path, asked)).await?,
        };
        page.map_or(answer, Ok)
    }

    async fn data(&self, exchange: &mut Exchange, target: &str) -> Result<Reply, Failure> {
        let sent = exchange.method().clone();
        let is_read = matches!(sent, Method::GET | Method::HEAD | Method::OPTIONS);
        if self.options.read_only && !is_read {
            return Err(Failure::mended(StatusCode::FORBIDDEN, "Forbidden"));
        }
        let body = if !body::is_expected(&sent) {
            Json::Object(Object::new())
        } else if target.starts_with("//") {
            // Where the address begins with two slashes, the original does not come to read it.
            Json::Null
        } else {
            Box::pin(body::read(exchange.take_body(), self.options.strict)).await?
        };
        let rewritten = self.routes.apply(target);
        let target = rewritten.as_deref().unwrap_or(target);
        let mut parts = target.split('?');
        let path = parts.next().unwrap_or_default();
        let query = parts.next().unwrap_or_default();
        self.wait().await;
        let Some(segments) = segments(path) else {
            return Ok(reply::bad_request());
        };
        if sent == Method::HEAD && self.options.strict {
            return Ok(bare_head(&segments));
        }
        let request = Request {
            method: if sent == Method::HEAD {
                Method::GET
            } else {
                sent
            },
            query: pairs(query),
        };
        self.for_caller(exchange.headers())?
            .dispatch(&segments, &request, body)
            .await
    }

    async fn wait(&self) {
        if let Some(delay) = self.options.delay {
            tokio::time::sleep(delay.min(LONGEST_DELAY)).await;
        }
    }

    /// A record is what is asked for most: all that takes other ways is boxed, so that there is less to make
    /// room for and to move at each request.
    async fn dispatch(
        &self,
        segments: &[Cow<'_, str>],
        request: &Request,
        body: Json,
    ) -> Result<Reply, Failure> {
        let segments: Vec<&str> = segments.iter().map(|segment| &**segment).collect();
        match (segments.as_slice(), request.method.as_str()) {
            // No route of the original's, so its library answers.
            ([""], method) if method != "GET" => {
                Ok(reply::text(StatusCode::NOT_FOUND, "Not Found"))
            }
            ([name, ..], _) if *name == SCHEMA => Ok(refuse_body(request, &body)),
            ([name], "GET") => Box::pin(self.list(name, request)).await,
            ([name], "POST" | "PUT" | "PATCH" | "DELETE") if self.is_bulk(request) => {
                Box::pin(self.change_all(name, request, body)).await
            }
            ([name], "POST") => Box::pin(self.create(name, body)).await,
            ([name], "PUT" | "PATCH") => Box::pin(self.set_value(name, request, body)).await,
            ([name, id], "GET") => self.item(name, id, request).await,
            ([name, id], "PUT" | "PATCH") => Box::pin(self.update(name, id, request, body)).await,
            ([name, id], "DELETE") => Box::pin(self.delete(name, id, request)).await,
            _ => Ok(reply::not_found()),
        }
    }
}

fn refuse_body(request: &Request, body: &Json) -> Reply {
    let writes = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
    match body {
        Json::Object(_) => reply::not_found(),
        _ if writes => write::no_object(),
        _ => reply::not_found(),
    }
}

/// What the original answers to HEAD.
fn bare_head(segments: &[Cow<'_, str>]) -> Reply {
    let known = matches!(segments.len(), 1 | 2);
    let status = if known {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::NOT_FOUND
    };
    let mut reply = Reply::new(status);
    reply.set(header::CONTENT_TYPE, "application/json");
    reply
}

/// The segments, decoded; slashes before the first do not count, nor does one behind the last. Nothing if
/// the name or the id cannot be decoded.
fn segments(path: &str) -> Option<Vec<Cow<'_, str>>> {
    let path = path.trim_start_matches('/');
    let path = path.strip_suffix('/').unwrap_or(path);
    let segments: Vec<&str> = path.split('/').collect();
    let matters = if segments.len() > 2 { 1 } else { 2 };
    let decoded = segments.iter().enumerate().map(|(at, segment)| {
        let decoded = decode_component(segment);
        if at < matters {
            decoded
        } else {
            Some(decoded.unwrap_or_default())
        }
    });
    decoded.collect()
}

/// What the original's parser says to a method that it does not know.
fn unknown() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn segments_are_decoded_after_they_are_split() {
        let read = |path| segments(path).map(|segments| segments.join("|"));
        assert_eq!(read("/a%2Fb/c").as_deref(), Some("a/b|c"));
        assert_eq!(read("///a/").as_deref(), Some("a"));
        assert_eq!(read("/a//").as_deref(), Some("a|"));
        assert_eq!(read("/a/%zz"), None);
        assert_eq!(read("/a/b/%zz").as_deref(), Some("a|b|"));
    }
}
