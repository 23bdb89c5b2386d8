//! Counts and times of requests, for the metrics page.

use std::time::Duration;

use http::{Method, StatusCode};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

const REQUESTS: &str = "underpin_http_requests_total";
const DURATION: &str = "underpin_http_request_duration_seconds";
const IN_FLIGHT: &str = "underpin_http_requests_in_flight";

/// The template of the route that answered, `/api/notes/{id}`; the router puts it in the reply's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchedRoute(pub &'static str);

/// Says what each figure means.
pub(super) fn describe() {
    describe_counter!(REQUESTS, "Requests answered, by method, route and status");
    describe_histogram!(
        DURATION,
        metrics::Unit::Seconds,
        "Time from the head of a request to the head of its reply"
    );
    describe_gauge!(IN_FLIGHT, "Requests being answered now");
}

/// Counts one request as begun.
pub(super) fn begun() {
    gauge!(IN_FLIGHT).increment(1.0);
}

/// Counts one request as ended.
pub(super) fn ended() {
    gauge!(IN_FLIGHT).decrement(1.0);
}

/// Counts one reply. `status` is `None` if the client left before there was one.
pub(super) fn answered(
    method: &Method,
    route: Option<MatchedRoute>,
    status: Option<StatusCode>,
    took: Duration,
) {
    let method = label(method);
    let route = route.map_or("unmatched", |route| route.0);
    let status = status.map_or_else(|| "none".to_owned(), |status| status.as_str().to_owned());
    counter!(REQUESTS, "method" => method, "route" => route, "status" => status).increment(1);
    histogram!(DURATION, "method" => method, "route" => route).record(took.as_secs_f64());
}

/// Clients may invent methods; labels must stay few.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
