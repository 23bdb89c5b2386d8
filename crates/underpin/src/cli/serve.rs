//! `serve`: everything from the settings to the last answered request. `openapi`: the document alone.

use std::process::ExitCode;

use super::{fail, say};
use crate::{
    App, Clock, Provide, Random, StartError,
    config::{self, Framework, Sources},
    program::Program,
    server,
    service::Service,
    tasks::Tasks,
    telemetry::{self, Metrics},
};

/// Serves until the program is told to stop.
pub(super) async fn serve(app: App, sources: &Sources) -> Result<ExitCode, StartError> {
    let program = Program::prepare(app, sources, Clock::system(), Random::system()).await?;
    telemetry::logs::install(&program.settings.logs)?;
    for warning in config::warnings::<Framework>(sources) {
        tracing::warn!(
            "{}: {}. {}",
            warning.subject,
            warning.problem,
            warning.remedy
        );
    }
    let metrics = Metrics::install(program.app.name, program.app.info.version)?;
    program.migrate().await?;
    program.start_features().await?;
    let service = Service::build(&program)?;
    let config = program.server_config();
    let listener = server::bind(&config).await?;
    let tasks = Tasks::provide(&program.context)?;
    tracing::info!(
        "{} {} serves on http://{}",
        program.app.info.title,
        program.app.info.version,
        listener.address()
    );
    let report = server::run(listener, config, service.0, tasks, server::stop_signal()).await;
    program.close().await;
    Ok(if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
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
