//! The public pages over HTTP.

use underpin::{
    get,
    http::{Exchange, Json, Output, Response, Router, StatusCode},
    openapi::Operation,
    routes,
};

use super::{
    model::{Banner, Health, Readiness},
    service::HealthService,
};

pub fn router() -> Router {
    Router::new("").routes(routes![banner, health, ready])
}

/// Where to read on.
#[get("/", name = "root")]
async fn banner() -> Json<Banner> {
    Json(Banner::new())
}

/// Whether the service answers, with or without its database, and which jobs are late.
#[get("/health", name = "health")]
async fn health(service: HealthService) -> Json<Health> {
    Json(service.health().await)
}

/// Whether the service can do its work: 503 while the database does not answer.
#[get("/health/ready", name = "readiness", fails(503))]
async fn ready(service: HealthService) -> Ready {
    let (readiness, is_ready) = service.readiness().await;
    Ready(readiness, is_ready)
}

/// The same page with one of two statuses.
struct Ready(Readiness, bool);

impl Output for Ready {
    fn describe(operation: &mut Operation) {
        Json::<Readiness>::describe(operation);
    }

    fn reply(self, exchange: &Exchange) -> Response {
        let mut response = Json(self.0).reply(exchange);
        if !self.1 {
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        }
        response
    }
}
