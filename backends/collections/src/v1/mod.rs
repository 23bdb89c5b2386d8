//! json-server 1.0.0-beta.15, request by request: what an address and its parameters mean, and how the
//! answer looks. What is kept how is the store's business.
//!
//! | step | where |
//! |---|---|
//! | the order of everything, which route | `pipeline.rs` |
//! | files, bodies | `statics.rs`, `body.rs` |
//! | records | `item.rs`, `recent.rs` |
//! | lists | `read.rs`, with `filter.rs`, `path.rs`, `conditions.rs`, `relations.rs` |
//! | changes | `write.rs`, `bulk.rs` |
//! | how it looks | `reply.rs` |

mod body;
mod bulk;
mod conditions;
mod filter;
mod item;
mod path;
mod pipeline;
mod read;
mod recent;
mod relations;
mod reply;
mod statics;
#[cfg(test)]
mod tests;
mod write;

use std::{borrow::Cow, sync::Arc};

use underpin::{
    Context, Provide, StartError,
    http::{HeaderMap, Method, StatusCode},
};

use self::{recent::Recent, statics::Statics};
use crate::app::{
    accounts::Access,
    config::Options,
    http::{reply::Reply, rewrite::Routes},
    pages::Pages,
    store::Store,
};

/// The dialect, ready to answer.
#[derive(Clone)]
pub struct V1 {
    store: Store,
    access: Access,
    pages: Pages,
    options: Arc<Options>,
    routes: Arc<Routes>,
    statics: Arc<Statics>,
    recent: Option<Arc<Recent>>,
}

impl V1 {
    /// Reads the routes file; what is wrong with it stops the start.
    pub fn new(context: &Context) -> Result<Self, StartError> {
        let options = context.get::<Options>()?;
        let store = Store::provide(context)?;
        let access = Access::provide(context)?;
        let is_same_for_all = store.is_alone() && !access.is_guarded();
        Ok(Self {
            recent: is_same_for_all.then(|| Arc::new(Recent::new(store.clone()))),
            store,
            access,
            pages: Pages::provide(context)?,
            routes: Arc::new(Routes::of(&options)?),
            statics: Arc::new(Statics::of(&options)),
            options,
        })
    }
}

impl V1 {
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
    method: Method,
    /// Names and values of the query.
    query: Vec<(String, String)>,
}

impl Request {
    /// The first value of a parameter.
    fn first(&self, name: &str) -> Option<&str> {
        let mut all = self.query.iter();
        all.find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every value of a parameter.
    fn all(&self, name: &str) -> Vec<String> {
        let all = self.query.iter().filter(|(other, _)| other == name);
        all.map(|(_, value)| value.clone()).collect()
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
    /// An error of the original.
    fn original(text: &str) -> Self {
        Self::Reply(Box::new(reply::failure(text)))
    }

    /// What is said where the original's error is mended.
    fn mended(status: StatusCode, text: &str) -> Self {
        Self::Reply(Box::new(reply::error(status, text)))
    }
}
