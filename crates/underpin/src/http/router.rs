//! A feature's addresses: a prefix, a tag for the document, and its routes.

use super::Route;

/// Handlers under a common path.
#[derive(Clone, Debug)]
pub struct Router {
    pub(crate) prefix: &'static str,
    pub(crate) tag: Option<&'static str>,
    pub(crate) routes: Vec<Route>,
}

impl Router {
    /// A router whose paths all start with `prefix`, which starts with `/` or is empty.
    pub fn new(prefix: &'static str) -> Self {
        Self {
            prefix,
            tag: None,
            routes: Vec::new(),
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
}
