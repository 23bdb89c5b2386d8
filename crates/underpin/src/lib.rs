//! Typed HTTP backends: the handler's signature validates, documents and wires itself.

// The derives name this crate by its own name, inside it too.
extern crate self as underpin;

mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod context;
pub mod db;
pub mod error;
mod feature;
pub mod http;
pub mod http_client;
pub mod middleware;
pub mod openapi;
mod probes;
mod program;
pub mod random;
pub mod secret;
pub mod server;
mod service;
pub mod start;
pub mod tasks;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
pub mod validation;

pub use app::App;
pub use cli::run;
pub use clock::Clock;
pub use context::{Context, Provide};
pub use error::{Error, Result};
pub use feature::Feature;
pub use http_client::HttpClient;
pub use random::Random;
pub use secret::Secret;
pub use start::{Complaint, StartError};
pub use tasks::Tasks;
pub use underpin_macros::{
    Provide, delete, get, head, migrations, model, options, patch, post, put, test,
};

/// What the macros name; no part of the API.
#[doc(hidden)]
pub mod private {
    pub use ::http::Method;
    pub use serde;
    pub use serde_json;
}
