//! A whole app in memory: requests go through every layer, only the socket is left out.

use std::{fmt, net::SocketAddr, sync::Arc};

use axum::body::Body;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use serde_json::Value;

use super::{Reply, TestDb};
use crate::{
    App, Clock, Context, Random,
    config::Sources,
    db::Engine,
    middleware::{MatchedRoute, Pipeline},
    program::Program,
    scheduler::{Outcome, Worker},
    service,
};

/// An app on a fresh database, with a clock that stands until a test moves it.
#[derive(Clone)]
pub struct TestApp(Arc<Inner>);

struct Inner {
    pipeline: Pipeline,
    context: Context,
    clock: Clock,
    document: Value,
    _db: Option<TestDb>,
}

impl TestApp {
    /// Starts `app` on a fresh, migrated database, with every variable at its default.
    pub async fn new(app: App, engine: Engine) -> Self {
        Self::with(app, engine, &[]).await
    }

    /// Starts `app` with these variables.
    pub async fn with(app: App, engine: Engine, variables: &[(&str, &str)]) -> Self {
        let clock = Clock::standing_at(DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000));
        let db = match app.migrations {
            Some(migrations) => Some(TestDb::new(engine, migrations).await),
            None => None,
        };
        let url = db.as_ref().map(|db| db.url().clone());
        let sources = Sources::from_pairs(variables.iter().copied());
        let program = Program::prepare(app, &sources, url, clock.clone(), Random::repeatable(1));
        let program = program
            .await
            .unwrap_or_else(|error| panic!("the app does not start:\n{error}"));
        program
            .migrate()
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        program
            .start_features()
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let pipeline = service::build(&program, None).unwrap_or_else(|error| panic!("{error}"));
        let document = program
            .app
            .document_for(&program.context)
            .unwrap_or_else(|error| panic!("{error}"));
        let context = program.context.clone();
        Self(Arc::new(Inner {
            pipeline,
            context,
            clock,
            document,
            _db: db,
        }))
    }

    /// What services are built from, to call them without HTTP.
    pub fn context(&self) -> &Context {
        &self.0.context
    }

    /// A service of the app.
    pub fn get<T: crate::Provide>(&self) -> T {
        T::provide(&self.0.context).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs every job that is due by the app's clock, one after the other, and those that become due by
    /// that. Answers what was run and why it failed, if it did: `[("breed", Ok(()))]`.
    ///
    /// # Panics
    ///
    /// If the app has no jobs, or the database fails.
    pub async fn run_jobs(&self) -> Vec<(String, Result<(), String>)> {
        let worker = Worker::join(&self.0.context).await;
        let worker = worker.unwrap_or_else(|error| panic!("{error}"));
        let ran = worker.run_due().await;
        worker.leave().await;
        let outcome = |outcome| match outcome {
            Outcome::Done => Ok(()),
            Outcome::Failed(reason) => Err(reason),
            other => Err(format!("{other:?}")),
        };
        let ran = ran.unwrap_or_else(|error| panic!("{}", error.chain()));
        ran.into_iter()
            .map(|(job, how)| (job, outcome(how)))
            .collect()
    }

    /// The app's clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Someone who shows no token.
    pub fn stranger(&self) -> Person {
        Person {
            app: self.clone(),
            headers: HeaderMap::new(),
        }
    }

    /// Someone who shows this bearer token.
    pub fn bearer(&self, token: &str) -> Person {
        self.stranger()
            .with_header("authorization", &format!("Bearer {token}"))
    }

    /// Sends a request through every layer and checks that the document knows the answer's status.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        let method = request.method().clone();
        let target = request.uri().to_string();
        let peer = SocketAddr::from(([127, 0, 0, 1], 9));
        let response = self.0.pipeline.call(request, peer).await;
        let route = response.extensions().get::<MatchedRoute>().copied();
        let reply = Reply::read(format!("{method} {target}"), response).await;
        if let Some(route) = route {
            self.check_documented(&method, route.0, &reply);
        }
        reply
    }

    /// An answer that the document does not declare is a lie of one of the two.
    fn check_documented(&self, method: &Method, route: &str, reply: &Reply) {
        let operation = &self.0.document["paths"][route][method.as_str().to_lowercase()];
        let status = reply.status().as_u16();
        if operation.is_object() && status < 500 {
            assert!(
                operation["responses"][status.to_string()].is_object(),
                "{method} {route} answered {status}, which its document does not declare; add it to `fails(…)`",
            );
        }
    }
}

/// A client with the headers that it always sends.
#[derive(Clone)]
pub struct Person {
    app: TestApp,
    headers: HeaderMap,
}

impl Person {
    /// The same person, who now also sends this header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).expect("a header name");
        self.headers
            .insert(name, HeaderValue::try_from(value).expect("a header value"));
        self
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Reply {
        self.request(Method::GET, path, Body::empty()).await
    }

    /// DELETE without a body.
    pub async fn delete(&self, path: &str) -> Reply {
        self.request(Method::DELETE, path, Body::empty()).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.json(Method::POST, path, &body).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.json(Method::PUT, path, &body).await
    }

    /// Any method with a JSON body.
    pub async fn json(&self, method: Method, path: &str, body: &Value) -> Reply {
        let person = self.clone().with_header("content-type", "application/json");
        person
            .request(method, path, Body::from(body.to_string()))
            .await
    }

    /// Any method with any body.
    pub async fn request(&self, method: Method, path: &str, body: impl Into<Body>) -> Reply {
        let mut request = Request::new(body.into());
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().expect("a request target");
        *request.headers_mut() = self.headers.clone();
        request
            .headers_mut()
            .entry(header::HOST)
            .or_insert(HeaderValue::from_static("test"));
        self.app.send(request).await
    }
}

impl fmt::Debug for TestApp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TestApp")
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Person")
    }
}
