//! Liveness and readiness, for whoever decides whether this process gets requests or is started anew.

use http::{Method, StatusCode};
use serde_json::json;

use crate::{
    StartError,
    db::Db,
    http::{Exchange, Handler, Response, Table, output},
    scheduler::Jobs,
    server::Shutdown,
};

/// Adds both probes to the table.
pub(crate) fn add(
    table: &mut Table,
    live: &str,
    ready: &str,
    db: Option<Db>,
    jobs: Option<Jobs>,
) -> Result<(), StartError> {
    let alive =
        Handler::new(|_| async { output::json(StatusCode::OK, &json!({ "status": "alive" })) });
    table.add(Method::GET, live, alive)?;
    let readiness = Handler::new(move |exchange| {
        let (db, jobs, stopping) = (db.clone(), jobs.clone(), is_stopping(&exchange));
        async move { readiness(stopping, db.as_ref(), jobs.as_ref()).await }
    });
    table.add(Method::GET, ready, readiness)
}

/// Not ready: the database does not answer, or the program was told to stop.
///
/// Overdue jobs are named, but are no reason to take this process out of the traffic.
async fn readiness(stopping: bool, db: Option<&Db>, jobs: Option<&Jobs>) -> Response {
    if stopping {
        return answer(StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    match db {
        Some(db) if db.ping().await.is_err() => answer(
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer",
        ),
        _ => match overdue(jobs).await {
            late if late.is_empty() => answer(StatusCode::OK, "ready"),
            late => output::json(
                StatusCode::OK,
                &json!({ "status": "ready", "overdue_jobs": late }),
            ),
        },
    }
}

async fn overdue(jobs: Option<&Jobs>) -> Vec<&'static str> {
    let Some(jobs) = jobs else { return Vec::new() };
    let late = jobs.overdue().await.unwrap_or_default();
    late.into_iter().map(|late| late.job).collect()
}

fn is_stopping(exchange: &Exchange) -> bool {
    let shutdown = exchange.extensions().get::<Shutdown>();
    shutdown.is_some_and(Shutdown::is_requested)
}

fn answer(status: StatusCode, text: &str) -> Response {
    output::json(status, &json!({ "status": text }))
}
