//! The app as one function from request to response: table of routes, pages, and every layer around them.

use std::{net::SocketAddr, sync::Arc};

use axum::body::Body;
use http::Request;

use crate::{
    StartError,
    http::Response,
    middleware::{Pipeline, PipelineConfig},
    openapi::pages,
    program::Program,
};

/// An app that answers requests.
#[derive(Clone)]
pub(crate) struct Service(pub(crate) Pipeline);

impl Service {
    /// Builds every handler and puts the layers around them.
    pub(crate) fn build(program: &Program) -> Result<Self, StartError> {
        let app = &program.app;
        let config = program.server_config();
        let mut table = app.table(&program.context)?;
        pages::add(&mut table, app.info, &app.document()?)?;
        let table = Arc::new(table);
        let inner = move |request| {
            let table = Arc::clone(&table);
            Box::pin(async move { table.dispatch(request).await }) as _
        };
        let layers = PipelineConfig {
            cors: app.cors.map(|make| make(&program.context)).transpose()?,
            compression: app.compress,
            health_paths: app
                .health_paths
                .iter()
                .map(|path| (*path).to_owned())
                .collect(),
            ..PipelineConfig::default()
        };
        let format = Arc::clone(&app.format);
        let (clock, random) = (program.context.clock(), program.context.random());
        Pipeline::new(Arc::new(inner), format, config, layers, clock, random)
            .map(Self)
            .map_err(|error| StartError::new("randomness", error.chain(), "Check /dev/urandom."))
    }

    pub(crate) async fn call(&self, request: Request<Body>, peer: SocketAddr) -> Response {
        self.0.call(request, peer).await
    }
}
