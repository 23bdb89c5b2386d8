//! Typed HTTP backends: the handler's signature validates, documents and wires itself.
//!
//! ```
//! use underpin::{App, get, http::{Json, Path, Router}, model, routes};
//!
//! /// What is said to someone.
//! #[model(response)]
//! struct Greeting {
//!     text: String,
//! }
//!
//! /// Greet someone.
//! #[get("/{name}")]
//! async fn hello(name: Path<String>) -> Json<Greeting> {
//!     Json(Greeting { text: format!("Hello {}!", *name) })
//! }
//!
//! let app = App::new("hello", "1.0").feature(Router::new("/hello").routes(routes![hello]));
//! assert!(app.document()?["paths"]["/hello/{name}"]["get"].is_object());
//! # Ok::<(), underpin::StartError>(())
//! ```
//!
//! [`run`] makes a program with a command line of an [`App`]; the feature `testing` adds a kit that runs
//! it in memory. An app is a list of [`Feature`]s; each brings a [`http::Router`], and what its handlers
//! name as arguments is either read from the request ([`http::Path`], [`http::Query`], [`http::Valid`],
//! a guard of your own: [`http::Input`]) or built from the app by type ([`Provide`]).
//!
//! | module | what for |
//! |---|---|
//! | [`http`] | handlers: addresses, arguments, replies |
//! | [`validation`] | shapes, rules, and every fault of a request in FastAPI's words |
//! | [`error`] | one error type, and how it looks on the wire |
//! | [`openapi`] | the document and its pages |
//! | [`db`] | SQLite or PostgreSQL beneath one `Db`; migrations |
//! | [`auth`] | bearer tokens, passwords, JWT, key sets, OIDC |
//! | [`config`] | typed settings, every complaint at once |
//! | [`server`], [`middleware`] | limits, graceful stop, CORS, request ids, the access log |
//! | [`scheduler`] | jobs: by the clock or put off, each done once on any number of replicas |
//! | [`telemetry`], [`tasks`] | logs, metrics; background tasks that shutdown waits for |
//! | [`cli`] | verbs of the program |
//! | [`import`] | files and other databases into a table: validated, resumable, verified, undone |

#![warn(missing_docs, missing_debug_implementations, unreachable_pub)]

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
pub mod import;
pub mod middleware;
pub mod openapi;
mod probes;
mod program;
pub mod random;
pub mod scheduler;
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
