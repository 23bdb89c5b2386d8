//! A feature's addresses: a prefix, a tag for the document, and its routes.

use super::Route;
use crate::{Context, StartError};

type Applies = fn(&Context) -> Result<bool, StartError>;

/// Handlers under a common path.
#[derive(Clone, Debug)]
pub struct Router {
    pub(crate) prefix: &'static str,
    pub(crate) tag: Option<&'static str>,
    pub(crate) routes: Vec<Route>,
    applies: Option<Applies>,
}

impl Router {
    /// A router whose paths all start with `prefix`, which starts with `/` or is empty.
    pub fn new(prefix: &'static str) -> Self {
        Self {
            prefix,
            tag: None,
            routes: Vec::new(),
            applies: None,
        }
    }

    /// Groups its operations under `tag` in the document.
    #[must_use]
    pub fn tag(mut self, tag: &'static str) -> Self {
        self.tag = Some(tag);
        self
    }

    /// Serves and documents these: `.routes(routes![list, create])`.
    #[must_use]
    pub fn routes(mut self, routes: impl IntoIterator<Item = Route>) -> Self {
        self.routes.extend(routes);
        self
    }

    /// Serves and documents its routes only where `applies` says so, which it tells from the settings:
    /// for an app that can answer as one of several versions.
    #[must_use]
    pub fn when(mut self, applies: Applies) -> Self {
        self.applies = Some(applies);
        self
    }

    /// Whether that depends on the settings.
    pub(crate) fn is_conditional(&self) -> bool {
        self.applies.is_some()
    }

    /// Whether the settings in `context` want it.
    pub(crate) fn applies(&self, context: &Context) -> Result<bool, StartError> {
        self.applies.map_or(Ok(true), |applies| applies(context))
    }
}
