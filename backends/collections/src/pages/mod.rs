//! What people look at: the start page, the OpenAPI document that is inferred from the data, `/docs` and `/redoc`.
//! A resource of such a name is served instead: the dialects ask here for what they do not answer themselves.

mod document;
mod infer;
mod operations;
mod start_page;
#[cfg(test)]
mod tests;
mod verb;

use std::sync::Arc;

use serde_json::Value;
use underpin::{
    Context, Error, Feature, Provide, Result, StartError,
    http::{HeaderMap, HeaderValue, Response, header},
    openapi::pages::{self, ASSETS, Page},
};

use self::infer::Shape;
use super::{
    config::Options,
    query::{Query, Window},
    store::{Kind, Resource, Store},
    value::{Json, parse},
};

/// Where the document is.
pub const DOCUMENT: &str = "/openapi.json";

/// Records that a collection's shape is inferred from.
const SAMPLES: i64 = 100;

/// Collections whose shape is inferred; more are described without.
const MOST: usize = 200;

/// The pages of this app.
#[derive(Clone)]
pub struct Pages {
    options: Arc<Options>,
    store: Store,
}

/// A resource with what its records look like.
pub struct Described {
    /// Its name, kind and count.
    pub resource: Resource,
    /// What its records look like.
    pub shape: Shape,
}

impl Provide for Pages {
    fn provide(context: &Context) -> Result<Self, StartError> {
        Ok(Self {
            options: context.get::<Options>()?,
            store: Store::provide(context)?,
        })
    }
}

/// The verb that prints the document.
pub fn feature() -> Feature {
    Feature::default().command(verb::command())
}

impl Pages {
    /// The page at `/`: what is served here.
    pub async fn start(&self) -> Result<Response> {
        let catalog = self.store.catalog().await?;
        let text = start_page::page(&self.options, &catalog.0);
        let mut response = Response::new(text.into());
        let headers = response.headers_mut();
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, html);
        let policy = HeaderValue::from_static(start_page::POLICY);
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        Ok(response)
    }

    /// The document, its pages and their parts; `None` at any other path.
    pub async fn other(&self, path: &str, headers: &HeaderMap) -> Result<Option<Response>> {
        let page = Page {
            title: "Collections",
            openapi_url: DOCUMENT,
            ..Page::default()
        };
        Ok(match path {
            DOCUMENT => Some(self.document_response().await?),
            "/docs" => Some(pages::swagger(&page)),
            "/redoc" => Some(pages::redoc(&page)),
            "/docs/oauth2-redirect" => Some(pages::oauth2_redirect()),
            path if path.starts_with(ASSETS) => pages::asset(path, headers),
            _ => None,
        })
    }

    async fn document_response(&self) -> Result<Response> {
        let document = self.document().await?.to_string();
        let mut response = Response::new(document.into());
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        Ok(response)
    }

    /// The OpenAPI document of the data as they stand.
    pub async fn document(&self) -> Result<Value> {
        let catalog = self.store.catalog().await?;
        let mut described = Vec::new();
        for resource in catalog.0.iter().filter(|one| !one.name.starts_with('$')) {
            let shape = if described.len() < MOST {
                self.shape(resource).await?
            } else {
                Shape::default()
            };
            // The document is for everybody, these records are not.
            let is_owned = self.options.owner_only.contains(&resource.name);
            described.push(Described {
                resource: resource.clone(),
                shape: if is_owned { shape.outline() } else { shape },
            });
        }
        Ok(document::document(&self.options, &described))
    }

    /// Whether there is nothing to describe.
    pub async fn is_empty(&self) -> Result<bool> {
        Ok(self.store.catalog().await?.0.is_empty())
    }

    async fn shape(&self, resource: &Resource) -> Result<Shape> {
        let mut shape = Shape::default();
        if resource.kind != Kind::List {
            if let Some(text) = self.store.value(&resource.name).await? {
                shape.add(&stored(&text)?);
            }
            return Ok(shape);
        }
        let first = Query {
            window: Window::Slice {
                start: 0,
                end: Some(SAMPLES),
            },
            ..Query::default()
        };
        let Some(mut listing) = self.store.list(&resource.name, &first).await? else {
            return Ok(shape);
        };
        while let Some(records) = listing.next().await? {
            for record in &records {
                shape.add(&record.json()?);
            }
        }
        Ok(shape)
    }
}

fn stored(text: &str) -> Result<Json> {
    parse(text).map_err(Error::internal)
}
