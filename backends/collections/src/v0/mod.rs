//! json-server 0.17.4, request by request: what an address and its parameters mean, and how the answer
//! looks. What is kept how is the store's business.
//!
//! | step | where |
//! |---|---|
//! | the order of everything | `pipeline.rs` |
//! | other origins, files, bodies | `cors.rs`, `statics.rs`, `body.rs` |
//! | which route | `address.rs` |
//! | lists and records | `read.rs`, with `filter.rs`, `window.rs`, `relations.rs` |
//! | changes | `write.rs`, `bulk.rs`, `purge.rs` |
//! | how it looks | `reply.rs` |

mod address;
mod body;
mod bulk;
mod cors;
mod filter;
mod pipeline;
mod purge;
mod read;
mod relations;
mod reply;
mod statics;
#[cfg(test)]
mod tests;
mod window;
mod write;

use std::{borrow::Cow, path::PathBuf, sync::Arc};

use underpin::{
    Context, Provide, StartError,
    http::{HeaderMap, Method, StatusCode},
};

use crate::app::{
    accounts::Access,
    config::Options,
    http::{
        parameters::{Parameter, Parameters, get},
        reply::Reply,
        rewrite::Routes,
    },
    pages::Pages,
    store::Store,
};

/// The dialect, ready to answer.
#[derive(Clone)]
pub struct V0 {
    store: Store,
    access: Access,
    pages: Pages,
    options: Arc<Options>,
    routes: Arc<Routes>,
    folder: Option<PathBuf>,
}

impl V0 {
    /// Reads the routes file; what is wrong with it stops the start.
    pub fn new(context: &Context) -> Result<Self, StartError> {
        let options = context.get::<Options>()?;
        Ok(Self {
            store: Store::provide(context)?,
            access: Access::provide(context)?,
            pages: Pages::provide(context)?,
            routes: Arc::new(Routes::of(&options)?),
            folder: statics::folder(&options),
            options,
        })
    }
}

impl V0 {
    /// The same with the data as the caller may see and change them.
    fn for_caller(&self, headers: &HeaderMap) -> Result<Cow<'_, Self>, Failure> {
        if !self.access.is_guarded() {
            return Ok(Cow::Borrowed(self));
        }
        Ok(Cow::Owned(Self {
            store: self.access.store_for(headers)?,
            ..self.clone()
        }))
    }
}

/// A request, read as far as routing needs it.
struct Request {
    /// What it is treated as: HEAD and overridden methods stand for others.
    method: Method,
    headers: HeaderMap,
    /// `http://host`.
    origin: String,
    /// Path and query, after the routes file.
    target: String,
    parameters: Parameters,
}

impl Request {
    fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The whole address, as links show it.
    fn url(&self) -> String {
        format!("{}{}", self.origin, self.target)
    }

    /// The function that a JSONP reply calls.
    fn callback(&self) -> Option<String> {
        let callback = get(&self.parameters, "callback")?;
        callback
            .first()
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
    }

    /// Values of a parameter that may come several times.
    fn all(&self, name: &str) -> Vec<String> {
        let values = get(&self.parameters, name);
        let values = values.into_iter().flat_map(Parameter::each);
        values
            .map(Parameter::to_text)
            .filter(|value| !value.is_empty())
            .collect()
    }
}

/// Why a request is not answered as it wants.
enum Failure {
    /// What is said instead.
    Reply(Box<Reply>),
    /// The database failed.
    Internal(underpin::Error),
}

impl From<underpin::Error> for Failure {
    fn from(error: underpin::Error) -> Self {
        Self::Internal(error)
    }
}

impl Failure {
    /// An error of the original that `--strict` keeps.
    fn original(text: &str) -> Self {
        Self::Reply(Box::new(reply::failure(
            StatusCode::INTERNAL_SERVER_ERROR,
            text,
        )))
    }

    /// What is said where the original's error is mended.
    fn mended(status: StatusCode, text: &str) -> Self {
        Self::Reply(Box::new(reply::explained(status, text)))
    }
}
