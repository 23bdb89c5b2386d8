//! The public API as a stranger uses it, over HTTP where it is about HTTP.

mod document;
mod fallback;
mod handlers;
mod import;
mod probes;
mod refusals;
mod refused;
mod replicas;
mod versions;
