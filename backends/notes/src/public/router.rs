//! The public pages over HTTP.

use underpin::{
    Error, Result, get,
    http::{Json, Router, StatusCode},
    routes,
};

use super::{
    model::{Banner, DatabaseHealth, ServiceHealth},
    service::HealthService,
};

pub fn router() -> Router {
    Router::new("").routes(routes![banner, health, health_with_database])
}

/// Where to read on.
#[get("/", name = "root")]
async fn banner() -> Json<Banner> {
    Json(Banner::new())
}

/// Whether the service answers; the database is not asked.
#[get("/health", name = "health_check")]
async fn health() -> Json<ServiceHealth> {
    Json(ServiceHealth::healthy())
}

/// Whether the service and its database answer.
#[get("/api/health", name = "api_health_check", fails(503))]
async fn health_with_database(service: HealthService) -> Result<Json<DatabaseHealth>> {
    let unhealthy = "Service unhealthy: Database connection failed";
    service.ask_the_database().await.map_err(|cause| {
        Error::new(StatusCode::SERVICE_UNAVAILABLE, unhealthy).with_source(cause.chain())
    })?;
    Ok(Json(DatabaseHealth::healthy()))
}
