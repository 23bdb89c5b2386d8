//! `serve`: everything from the settings to the last answered request. `openapi`: the document alone.

use std::process::ExitCode;

use axum::body::Body;
use http::{Request, Response, StatusCode};

use super::{fail, say};
use crate::{
    App, Clock, Provide, Random, StartError,
    config::{self, MetricsExport, Sources},
    program::Program,
    server::{self, ServerConfig},
    service,
    tasks::Tasks,
    telemetry::{self, Metrics},
};

/// Serves until the program is told to stop.
pub(crate) async fn serve(
    app: App,
    sources: &Sources,
    clock: Clock,
) -> Result<ExitCode, StartError> {
    let program = Program::prepare(app, sources, None, clock, Random::system()).await?;
    telemetry::logs::install(&program.settings.logs)?;
    for warning in config::warnings(sources, &program.app.all_variables()) {
        tracing::warn!(
            "{}: {}. {}",
            warning.subject,
            warning.problem,
            warning.remedy
        );
    }
    let tasks = Tasks::provide(&program.context)?;
    let metrics = metrics(&program, &tasks).await?;
    program.migrate().await?;
    program.start_features().await?;
    let pipeline = service::build(&program, metrics.as_ref())?;
    let config = program.server_config();
    let listener = server::bind(&config).await?;
    program.start_jobs().await?;
    let info = program.app.info;
    tracing::info!(
        "{} {} serves on http://{}",
        info.title,
        info.version,
        listener.address()
    );
    let report = server::run(listener, config, pipeline, tasks, server::stop_signal()).await;
    program.close().await;
    Ok(if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Begins to record metrics if they are wanted, and serves them if they have a port of their own.
async fn metrics(program: &Program, tasks: &Tasks) -> Result<Option<Metrics>, StartError> {
    let export = &program.settings.metrics.export;
    if *export == MetricsExport::Off {
        return Ok(None);
    }
    let metrics = Metrics::install(program.app.name, program.app.info.version)?;
    let (tidy, stop) = (metrics.clone(), tasks.clone());
    tasks.spawn("metrics upkeep", async move {
        tokio::select! {
            _ = tidy.keep_tidy() => {}
            () = stop.shutdown_requested() => {}
        }
    });
    if let MetricsExport::Port(port) = *export {
        serve_metrics(program, tasks, port, metrics.clone()).await?;
    }
    Ok(Some(metrics))
}

async fn serve_metrics(
    program: &Program,
    tasks: &Tasks,
    port: u16,
    metrics: Metrics,
) -> Result<(), StartError> {
    let config = ServerConfig {
        port,
        ..program.server_config()
    };
    let listener = server::bind(&config).await?;
    tracing::info!("metrics are on http://{}/metrics", listener.address());
    let stop = tasks.clone();
    tasks.spawn("metrics", async move {
        let answer = move |request: Request<Body>| {
            let response = if request.uri().path() == "/metrics" {
                metrics.respond().map(Body::from)
            } else {
                not_found()
            };
            async move { response }
        };
        server::serve_plain(listener, answer, stop.shutdown_requested()).await;
    });
    Ok(())
}

fn not_found() -> Response<Body> {
    let mut response = Response::new(Body::from("The metrics are at /metrics.\n"));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// Prints the OpenAPI document, indented, as it is kept beside the sources.
pub(super) fn print_document(app: &App) -> ExitCode {
    match app.document() {
        Ok(document) => {
            say(format_args!("{document:#}"));
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error),
    }
}
