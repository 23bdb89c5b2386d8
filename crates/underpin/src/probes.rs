//! Liveness and readiness, for whoever decides whether this process gets requests or is started anew.

use http::{Method, StatusCode};
use serde_json::json;

use crate::{
    StartError,
    db::Db,
    http::{Exchange, Handler, Response, Table, output},
    server::Shutdown,
};

/// Adds both probes to the table.
pub(crate) fn add(
    table: &mut Table,
    live: &str,
    ready: &str,
    db: Option<Db>,
) -> Result<(), StartError> {
    let alive =
        Handler::new(|_| async { output::json(StatusCode::OK, &json!({ "status": "alive" })) });
    table.add(Method::GET, live, alive)?;
    let readiness = Handler::new(move |exchange| {
        let (db, stopping) = (db.clone(), is_stopping(&exchange));
        async move { readiness(stopping, db.as_ref()).await }
    });
    table.add(Method::GET, ready, readiness)
}

/// Not ready: the database does not answer, or the program was told to stop.
async fn readiness(stopping: bool, db: Option<&Db>) -> Response {
    if stopping {
        return answer(StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    match db {
        Some(db) if db.ping().await.is_err() => answer(
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer",
        ),
        _ => answer(StatusCode::OK, "ready"),
    }
}

fn is_stopping(exchange: &Exchange) -> bool {
    let shutdown = exchange.extensions().get::<Shutdown>();
    shutdown.is_some_and(Shutdown::is_requested)
}

fn answer(status: StatusCode, text: &str) -> Response {
    output::json(status, &json!({ "status": text }))
}
