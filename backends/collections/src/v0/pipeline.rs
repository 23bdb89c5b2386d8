//! The order in which v0 treats a request: other origins, files, read-only, the body, the routes file,
//! waiting, the method, and then the routes.

use std::time::Duration;

use underpin::http::{
    Body, Exchange, HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header,
};

use super::{
    Failure, Request, V0,
    address::{self, BadEscape, Route},
    body, cors, reply, statics,
};
use crate::app::{
    http::{
        front::{self, LONGEST_DELAY},
        method,
        parameters::{get, nested},
        reply::Reply,
    },
    value::Json,
};

/// How long the original waits where it is asked to wait 0 milliseconds.
const ZERO: Duration = Duration::from_secs(1);

impl V0 {
    /// Answers a request.
    pub async fn answer(&self, exchange: &mut Exchange) -> Response {
        if !method::is_known(exchange.method().as_str()) {
            return unknown();
        }
        let asked = exchange.headers().clone();
        let sent = exchange.method().clone();
        let mut answer = self.marked(exchange, &asked).await;
        answer.set(HeaderName::from_static("x-powered-by"), "Express");
        let method = if sent == Method::HEAD {
            sent
        } else {
            exchange_method(&asked, &sent)
        };
        let is_head = method == Method::HEAD;
        let answer = reply::finished(answer, &method, &asked, !self.options.no_gzip);
        answer.into_response(is_head)
    }

    /// With the headers for other origins.
    async fn marked(&self, exchange: &mut Exchange, asked: &HeaderMap) -> Reply {
        if self.options.no_cors {
            return self.uncached(exchange).await;
        }
        if exchange.method() == Method::OPTIONS {
            return cors::preflight(asked);
        }
        let answer = self.uncached(exchange).await;
        let mut marked = Reply::new(answer.status);
        marked.vary("Origin");
        cors::mark(asked, &mut marked);
        let vary = answer.headers.get(header::VARY).cloned();
        marked.headers.extend(answer.headers);
        marked.content = answer.content;
        if let Some(more) = vary.as_ref().and_then(|vary| vary.to_str().ok()) {
            marked.set(header::VARY, "Origin");
            more.split(',').for_each(|name| marked.vary(name.trim()));
        }
        marked
    }

    /// A file, or an answer that no cache keeps.
    async fn uncached(&self, exchange: &mut Exchange) -> Reply {
        let target = target_of(exchange);
        if let Some(folder) = &self.folder
            && matches!(*exchange.method(), Method::GET | Method::HEAD)
            && let Some(file) = statics::reply(folder, &target, exchange.headers()).await
        {
            return file;
        }
        let asked = exchange.headers().clone();
        let is_read = matches!(*exchange.method(), Method::GET | Method::HEAD);
        if is_read && let Some(page) = self.start_page(&target).await {
            return page;
        }
        let path = target.split('?').next().unwrap_or_default().to_owned();
        let answer = self.read(exchange, target).await;
        let answer = if is_read {
            self.or_page(&asked, &path, answer).await
        } else {
            answer
        };
        let mut answer = answer.unwrap_or_else(|failure| match failure {
            Failure::Reply(reply) => *reply,
            Failure::Internal(error) => reply::internal(&error),
        });
        if *exchange.method() == Method::POST && answer.status != StatusCode::FORBIDDEN {
            let is_page = answer.headers.contains_key(header::CONTENT_SECURITY_POLICY);
            if !is_page {
                answer.vary("X-HTTP-Method-Override");
            }
        }
        answer.set(header::CACHE_CONTROL, "no-cache");
        answer.set(header::PRAGMA, "no-cache");
        answer.set(header::EXPIRES, "-1");
        answer
    }

    /// The start page, where no folder is served.
    async fn start_page(&self, target: &str) -> Option<Reply> {
        let path = target.split('?').next().unwrap_or_default();
        if self.folder.is_some() || !matches!(path, "/" | "/index.html" | "/style.css") {
            return None;
        }
        let mut page = front::start(&self.pages).await.ok()??;
        page.set(header::CONTENT_TYPE, "text/html; charset=UTF-8");
        if path == "/style.css" {
            page = statics::style(&page)?;
        }
        page.set(header::ACCEPT_RANGES, "bytes");
        page.set(header::CACHE_CONTROL, "public, max-age=0");
        Some(reply::tagged(page))
    }

    /// A page of this program, where there is no resource of its name.
    async fn or_page(
        &self,
        asked: &HeaderMap,
        path: &str,
        answer: Result<Reply, Failure>,
    ) -> Result<Reply, Failure> {
        if !answer
            .as_ref()
            .is_ok_and(|reply| reply.status == StatusCode::NOT_FOUND)
        {
            return answer;
        }
        match front::other(&self.pages, path, asked).await? {
            Some(page) => Ok(page),
            None => answer,
        }
    }

    async fn read(&self, exchange: &mut Exchange, target: String) -> Result<Reply, Failure> {
        let method = exchange.method().clone();
        if self.options.read_only && method != Method::GET {
            let kind = "text/plain; charset=utf-8";
            return Ok(reply::plain(
                StatusCode::FORBIDDEN,
                kind,
                "Forbidden".to_owned(),
            ));
        }
        let headers = exchange.headers().clone();
        let body = body::read(&headers, exchange.take_body()).await;
        let body = match body {
            Ok(body) => body,
            Err(fault) => return Ok(reply::page(fault.status, "Error", &fault.text)),
        };
        if let Some(rules) = self.routes.rules()
            && matches!(method, Method::GET | Method::HEAD)
            && is_rules(&target)
        {
            let kind = "application/json; charset=utf-8";
            return Ok(reply::plain(StatusCode::OK, kind, rules.to_owned()));
        }
        let target = self.routes.apply(&target).unwrap_or(target);
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let mut request = Request {
            parameters: nested(query),
            method: exchange_method(&headers, &method),
            origin: origin(exchange),
            headers,
            target,
        };
        self.wait(&mut request).await;
        if request.method == Method::HEAD {
            request.method = Method::GET;
        }
        self.for_caller(&request.headers)?
            .route(request, body)
            .await
    }

    /// The delay of everything, and the one that the request asks for.
    async fn wait(&self, request: &mut Request) {
        let wanted = get(&request.parameters, "_delay").map(|delay| parse_float(&delay.to_text()));
        request.parameters.retain(|(name, _)| name != "_delay");
        let asked = match wanted.flatten() {
            Some(milliseconds) if milliseconds == 0.0 && self.options.strict => ZERO,
            Some(milliseconds) => {
                Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or_default()
            }
            None => Duration::ZERO,
        };
        let delay = self.options.delay.unwrap_or_default().saturating_add(asked);
        if !delay.is_zero() {
            tokio::time::sleep(delay.min(LONGEST_DELAY)).await;
        }
    }

    async fn route(&self, mut request: Request, mut body: Json) -> Result<Reply, Failure> {
        let catalog = self.store.catalog().await?;
        let mut path = request.path().to_owned();
        let is_nested = matches!(request.method, Method::GET | Method::POST | Method::OPTIONS);
        let found = address::nested(&path).map_err(|bad| bad_escape(&bad))?;
        if let Some(nested) = found.filter(|_| is_nested) {
            if request.method == Method::OPTIONS {
                return Ok(allow("GET,HEAD,POST"));
            }
            if !self.options.strict && catalog.get_any_case(&nested.parent).is_none() {
                return Ok(reply::not_found(request.callback().as_deref()));
            }
            if request.method == Method::GET {
                self.nest(&nested, &mut request.parameters);
            } else {
                body = self.nest_body(&nested, body);
            }
            let child = nested.child.split('?').next().unwrap_or_default();
            path = format!("/{child}");
        }
        let route = address::route(&path, &catalog, !self.options.strict);
        let route = route.map_err(|bad| bad_escape(&bad))?;
        self.dispatch(route, &request, body).await
    }

    async fn dispatch(
        &self,
        route: Route,
        request: &Request,
        body: Json,
    ) -> Result<Reply, Failure> {
        match (&route, request.method.as_str()) {
            (Route::Database, "GET") => Box::pin(self.database(request)).await,
            (Route::List(name), "GET") => Box::pin(self.list(name, request)).await,
            (Route::List(name), "POST") => Box::pin(self.create(name, request, body)).await,
            (Route::List(name), _) if self.is_bulk(request) => {
                Box::pin(self.change_all(name, request, body)).await
            }
            (Route::List(_), "OPTIONS") => Ok(allow("GET,POST,HEAD")),
            (Route::Item(name, id), "GET") => self.item(name, id, request).await,
            (Route::Item(name, id), "PUT" | "PATCH") => {
                Box::pin(self.update(name, id, request, body)).await
            }
            (Route::Item(name, id), "DELETE") => Box::pin(self.delete(name, id, request)).await,
            (Route::Item(..), "OPTIONS") => Ok(allow("GET,PUT,PATCH,DELETE,HEAD")),
            (Route::Single(name), "GET") => Box::pin(self.single(name, request)).await,
            (Route::Single(name), "POST" | "PUT" | "PATCH") => {
                Box::pin(self.set_single(name, request, body)).await
            }
            (Route::Single(_), "OPTIONS") => Ok(allow("GET,POST,PUT,PATCH,HEAD")),
            _ => Ok(reply::not_found(request.callback().as_deref())),
        }
    }
}

fn bad_escape(bad: &BadEscape) -> Failure {
    Failure::original(&format!("URIError: Failed to decode param '{}'", bad.0))
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

/// Methods of a route, in a header and in the body.
fn allow(methods: &'static str) -> Reply {
    let mut reply = reply::plain(
        StatusCode::OK,
        "text/html; charset=utf-8",
        methods.to_owned(),
    );
    reply.set(header::ALLOW, methods);
    reply
}

fn is_rules(target: &str) -> bool {
    let path = target.split('?').next().unwrap_or_default();
    path.strip_suffix('/')
        .unwrap_or(path)
        .eq_ignore_ascii_case("/__rules")
}

/// A POST may stand for another method.
fn exchange_method(headers: &HeaderMap, method: &Method) -> Method {
    if *method != Method::POST {
        return method.clone();
    }
    let wanted = headers
        .get("x-http-method-override")
        .and_then(|value| value.to_str().ok());
    let wanted = wanted
        .and_then(|wanted| wanted.split(',').next())
        .unwrap_or_default();
    let wanted = wanted.trim().to_ascii_uppercase();
    if !method::is_known(&wanted) {
        return method.clone();
    }
    Method::from_bytes(wanted.as_bytes()).unwrap_or_else(|_| method.clone())
}

/// Path and query as they were sent.
fn target_of(exchange: &Exchange) -> String {
    let target = exchange.uri().path_and_query();
    target.map_or("/", |target| target.as_str()).to_owned()
}

fn origin(exchange: &Exchange) -> String {
    let https = exchange.client().is_some_and(|client| client.https);
    let scheme = if https { "https" } else { "http" };
    let host = exchange
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    format!("{scheme}://{}", host.unwrap_or_default())
}

/// JavaScript's `parseFloat`, for what a delay can be.
fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let mut ends = (1..=text.len())
        .rev()
        .filter(|end| text.is_char_boundary(*end));
    ends.find_map(|end| {
        let part = &text[..end];
        let plain = part
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        plain.then(|| part.parse().ok())?
    })
}
