//! Requests to handlers and back: addresses, what handlers take, what they give.

mod endpoint;
pub(crate) mod exchange;
mod extract;
pub(crate) mod location;
pub(crate) mod output;
mod router;
mod table;

pub use endpoint::{Endpoint, Handler, Input, Route};
pub use exchange::Exchange;
pub use extract::{Header, Path, Query, Valid};
pub use output::{Created, Download, Html, Json, NoContent, Output, Text};
pub use router::Router;
pub(crate) use table::Table;

pub use axum::body::Body;
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

/// A reply, its body possibly still to come.
pub type Response = http::Response<Body>;
