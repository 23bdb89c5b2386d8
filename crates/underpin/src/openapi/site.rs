//! Where the document and its pages are served: beside the app's routes, not among them.

use axum::body::{Body, Bytes};
use http::{HeaderValue, Method, header};
use serde_json::Value;

use super::{
    Info,
    pages::{self, ASSETS, Page},
};
use crate::{
    StartError,
    http::{Exchange, Handler, Response, Table},
};

/// The address of the document.
const DOCUMENT: &str = "/openapi.json";

/// Adds the document, Swagger UI and ReDoc to the table, for GET and HEAD as FastAPI does.
pub(crate) fn add(table: &mut Table, info: Info, document: &Value) -> Result<(), StartError> {
    let page = Page {
        title: info.title,
        openapi_url: DOCUMENT,
        ..Page::default()
    };
    let document = Bytes::from(document.to_string());
    add_page(table, DOCUMENT, move |_| {
        let mut response = Response::new(Body::from(document.clone()));
        let kind = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    })?;
    add_page(table, "/docs", move |_| pages::swagger(&page))?;
    add_page(table, "/redoc", move |_| pages::redoc(&page))?;
    add_page(table, "/docs/oauth2-redirect", |_| pages::oauth2_redirect())?;
    add_page(table, &format!("{ASSETS}{{file}}"), |exchange| {
        pages::asset(exchange.path(), exchange.headers()).unwrap_or_else(|| exchange.not_found())
    })
}

fn add_page(
    table: &mut Table,
    path: &str,
    page: impl Fn(&Exchange) -> Response + Send + Sync + Clone + 'static,
) -> Result<(), StartError> {
    for method in [Method::GET, Method::HEAD] {
        let page = page.clone();
        let handler = Handler::new(move |exchange| {
            let response = page(&exchange);
            async move { response }
        });
        table.add(method, path, handler)?;
    }
    table.allow(path, "GET, HEAD");
    Ok(())
}
