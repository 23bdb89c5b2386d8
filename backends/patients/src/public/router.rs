//! The public pages over HTTP.

use underpin::{
    get,
    http::{Json, Router},
    routes,
};

use super::{
    model::{Banner, Health},
    service::HealthService,
};

pub fn router() -> Router {
    Router::new("").routes(routes![root, health_check])
}

/// Where to read on.
#[get("/")]
async fn root() -> Json<Banner> {
    Json(Banner::new())
}

/// Whether the service and its database answer; the status is 200 in any case.
#[get("/health")]
async fn health_check(service: HealthService) -> Json<Health> {
    Json(service.look().await)
}
