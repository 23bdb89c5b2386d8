//! Which handler answers: paths matched as FastAPI does, decoded first, with its 404, 405 and 307.

use std::sync::Arc;

use axum::body::Body;
use http::{HeaderValue, Method, Request, StatusCode, header};

use super::{Exchange, Handler, Response, endpoint::Answer, exchange::Shared, location};
use crate::{
    StartError,
    middleware::{Client, MatchedRoute},
};

/// Every path with its methods, in order of registration.
pub(crate) struct Table {
    paths: matchit::Router<usize>,
    places: Vec<Place>,
    /// Answers what no place does, if the app wants that.
    fallback: Option<Handler>,
    shared: Arc<Shared>,
}

struct Place {
    template: &'static str,
    methods: Vec<(Method, Handler)>,
    /// What a 405 says, if not the method that was registered first.
    allow: Option<&'static str>,
}

impl Place {
    fn handler(&self, method: &Method) -> Option<&Handler> {
        let mut methods = self.methods.iter();
        let (_, handler) = methods.find(|(other, _)| other == method)?;
        Some(handler)
    }
}

impl Table {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            paths: matchit::Router::new(),
            places: Vec::new(),
            fallback: None,
            shared,
        }
    }

    /// Adds a handler; a path that cannot stand beside the others is a complaint.
    pub(crate) fn add(
        &mut self,
        method: Method,
        path: &str,
        handler: Handler,
    ) -> Result<(), StartError> {
        if let Some(place) = self.places.iter_mut().find(|place| place.template == path) {
            if place.methods.iter().any(|(other, _)| *other == method) {
                return Err(twice(&method, path));
            }
            place.methods.push((method, handler));
            return Ok(());
        }
        self.paths
            .insert(path, self.places.len())
            .map_err(|error| {
                StartError::new(
                    format!("{method} {path}"),
                    error.to_string(),
                    "Give the same path parameter the same name in every route.",
                )
            })?;
        // It labels metrics for as long as the program runs.
        let template = Box::leak(path.to_owned().into_boxed_str());
        self.places.push(Place {
            template,
            methods: vec![(method, handler)],
            allow: None,
        });
        Ok(())
    }

    /// Says what a 405 at `path` names instead of the method that was registered first.
    pub(crate) fn allow(&mut self, path: &str, methods: &'static str) {
        if let Some(place) = self.places.iter_mut().find(|place| place.template == path) {
            place.allow = Some(methods);
        }
    }

    /// Lets `handler` answer every path and method that no route answers.
    pub(crate) fn fallback(&mut self, handler: Handler) {
        self.fallback = Some(handler);
    }

    /// Answers a request: the handler's reply, 405, a redirect to the path with the other slash, 404.
    pub(crate) fn dispatch(&self, request: Request<Body>) -> Answer {
        let path = location::decoded(request.uri()).into_owned();
        let (place, params) = self.find(&path);
        let Some(place) = place else {
            return match &self.fallback {
                Some(fallback) => fallback.call(self.exchange(request, path, params)),
                None => at_once(self.unmatched(&request, &path)),
            };
        };
        let answer = match (place.handler(request.method()), &self.fallback) {
            (Some(handler), _) => handler.call(self.exchange(request, path, params)),
            (None, Some(fallback)) => {
                return fallback.call(self.exchange(request, path, Vec::new()));
            }
            (None, None) => at_once(self.method_not_allowed(place, &path)),
        };
        let matched = MatchedRoute(place.template);
        Box::pin(async move {
            let mut response = answer.await;
            response.extensions_mut().insert(matched);
            response
        })
    }

    /// The place of a path, and the path's parameters.
    fn find(&self, path: &str) -> (Option<&Place>, Vec<(Box<str>, String)>) {
        let Ok(found) = self.paths.at(path) else {
            return (None, Vec::new());
        };
        let params = found.params.iter();
        let params = params.map(|(name, value)| (name.into(), value.to_owned()));
        (self.places.get(*found.value), params.collect())
    }

    fn exchange(
        &self,
        request: Request<Body>,
        path: String,
        params: Vec<(Box<str>, String)>,
    ) -> Exchange {
        Exchange::new(request, path, params, Arc::clone(&self.shared))
    }

    fn unmatched(&self, request: &Request<Body>, path: &str) -> Response {
        match location::other_slash(path) {
            Some(other) if self.paths.at(&other).is_ok() => Self::redirect(request, &other),
            _ => self
                .shared
                .routing_failure(StatusCode::NOT_FOUND, "Not Found", path),
        }
    }

    /// 307 keeps method and body; the address is absolute, as Starlette writes it.
    fn redirect(request: &Request<Body>, path: &str) -> Response {
        let client = request.extensions().get::<Client>();
        let scheme = if client.is_some_and(|client| client.https) {
            "https"
        } else {
            "http"
        };
        let address = location::absolute(scheme, request.uri(), request.headers(), path);
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        if let Ok(address) = HeaderValue::try_from(address) {
            response.headers_mut().insert(header::LOCATION, address);
        }
        response
    }

    /// FastAPI names only the methods of the route that was registered first on the path.
    fn method_not_allowed(&self, place: &Place, path: &str) -> Response {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        let mut response = self
            .shared
            .routing_failure(status, "Method Not Allowed", path);
        let first = || place.methods.first().map(|(method, _)| method.as_str());
        let first = place.allow.or_else(first);
        if let Some(Ok(allow)) = first.map(HeaderValue::from_str) {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        response
    }
}

fn at_once(response: Response) -> Answer {
    Box::pin(std::future::ready(response))
}

fn twice(method: &Method, path: &str) -> StartError {
    StartError::new(
        format!("{method} {path}"),
        "two handlers answer it",
        "Remove one of them, or give it another path.",
    )
}
