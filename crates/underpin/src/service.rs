//! The app as one function from request to response: table of routes, pages, and every layer around them.

use std::sync::Arc;

use axum::body::Body;
use http::Method;

use crate::{
    Provide, StartError,
    config::MetricsExport,
    http::{Handler, Table},
    middleware::{Inner, Pipeline, PipelineConfig},
    openapi::site,
    probes,
    program::Program,
    scheduler::Jobs,
    telemetry::Metrics,
};

/// Builds every handler of the program's app and puts the layers around them.
pub(crate) fn build(program: &Program, metrics: Option<&Metrics>) -> Result<Pipeline, StartError> {
    let app = &program.app;
    let mut table = app.table(&program.context)?;
    if app.pages {
        site::add(&mut table, app.info, &app.document_for(&program.context)?)?;
    }
    if let Some((live, ready)) = app.probes {
        let jobs = app
            .has_jobs()
            .then(|| Jobs::provide(&program.context))
            .transpose()?;
        probes::add(&mut table, live, ready, program.db.clone(), jobs)?;
    }
    if let (MetricsExport::Path(path), Some(metrics)) = (&program.settings.metrics.export, metrics)
    {
        add_metrics(&mut table, path, metrics.clone())?;
    }
    let layers = PipelineConfig {
        cors: app.cors.map(|make| make(&program.context)).transpose()?,
        compression: app.compress,
        metrics: metrics.is_some(),
        hide_paths: app.hide_paths,
        health_paths: app
            .health_paths
            .iter()
            .map(|path| (*path).to_owned())
            .collect(),
        ..PipelineConfig::default()
    };
    let format = Arc::clone(&app.format);
    let (clock, random) = (program.context.clock(), program.context.random());
    Pipeline::new(
        inner(table),
        format,
        program.server_config(),
        layers,
        clock,
        random,
    )
    .map_err(|error| StartError::new("randomness", error.chain(), "Check /dev/urandom."))
}

fn inner(table: Table) -> Inner {
    Arc::new(move |request| table.dispatch(request))
}

fn add_metrics(table: &mut Table, path: &str, metrics: Metrics) -> Result<(), StartError> {
    let handler = Handler::new(move |_| {
        let response = metrics.respond().map(Body::from);
        async move { response }
    });
    table.add(Method::GET, path, handler)
}
