//! The peer: plain axum with the same three handlers. With LAYERS=1 it also has, from `tower-http`, what the
//! framework always does: request id, span and access log, CORS, body limit, time limit, panic guard.

use std::{convert::Infallible, time::Duration};

use axum::{
    Json, Router,
    extract::{FromRequestParts, Path, Query},
    http::{HeaderName, Method, Request, StatusCode, header, request::Parts},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::CorsLayer,
    limit::RequestBodyLimitLayer,
    request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    timeout::TimeoutLayer,
    trace::{DefaultOnResponse, TraceLayer},
};
use tracing_subscriber::EnvFilter;

#[derive(Deserialize)]
struct NewNote {
    title: String,
    content: String,
    tags: Vec<String>,
    priority: String,
    pinned: bool,
}

#[derive(Serialize)]
struct Note {
    id: i64,
    title: String,
    content: String,
    tags: Vec<String>,
    priority: String,
    pinned: bool,
}

#[derive(Deserialize)]
struct Page {
    limit: Option<i64>,
    offset: Option<i64>,
    q: Option<String>,
}

struct Caller;

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let sent = parts.headers.get(header::AUTHORIZATION);
        let token = sent.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        match token {
            Some(token) if token == bench::TOKEN => Ok(Self),
            _ => Err(StatusCode::UNAUTHORIZED),
        }
    }
}

fn note(id: i64) -> Note {
    Note {
        id,
        title: "A title".to_owned(),
        content: bench::CONTENT.to_owned(),
        tags: vec!["home".to_owned()],
        priority: "low".to_owned(),
        pinned: false,
    }
}

async fn create(_me: Caller, Json(new): Json<NewNote>) -> (StatusCode, Json<Note>) {
    let NewNote {
        title,
        content,
        tags,
        priority,
        pinned,
    } = new;
    (
        StatusCode::CREATED,
        Json(Note {
            id: 1,
            title,
            content,
            tags,
            priority,
            pinned,
        }),
    )
}

async fn read(_me: Caller, Path(id): Path<i64>) -> Json<Note> {
    Json(note(id))
}

async fn list(_me: Caller, Query(page): Query<Page>) -> Json<Vec<Note>> {
    let _wanted = (page.limit, page.q);
    Json(vec![note(page.offset.unwrap_or(0))])
}

#[derive(Clone, Default)]
struct Count(std::sync::Arc<std::sync::atomic::AtomicU64>);

impl MakeRequestId for Count {
    fn make_request_id<B>(&mut self, _: &Request<B>) -> Option<RequestId> {
        let next = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Some(RequestId::new(format!("{next:032x}").parse().ok()?))
    }
}

fn layered(router: Router) -> Router {
    let id = HeaderName::from_static("x-request-id");
    let cors = CorsLayer::new().allow_methods([Method::GET, Method::POST]);
    let level = DefaultOnResponse::new().level(tracing::Level::INFO);
    router
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            Duration::from_secs(60),
        ))
        .layer(RequestBodyLimitLayer::new(10 << 20))
        .layer(cors)
        .layer(PropagateRequestIdLayer::new(id.clone()))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(
                    tower_http::trace::DefaultMakeSpan::new().level(tracing::Level::INFO),
                )
                .on_response(level),
        )
        .layer(SetRequestIdLayer::new(id, Count::default()))
}

#[tokio::main]
async fn main() -> Result<Infallible, Box<dyn std::error::Error>> {
    let filter = EnvFilter::try_from_env("LOG_LEVEL").unwrap_or_default();
    tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .init();
    let port: u16 = std::env::var("PORT")?.parse()?;
    let mut router = Router::new()
        .route("/notes/", post(create).get(list))
        .route("/notes/{id}", get(read));
    if std::env::var("LAYERS").is_ok() {
        router = layered(router);
    }
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, router).await?;
    Err("the server ended".into())
}
