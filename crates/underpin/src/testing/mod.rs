//! The test kit: a whole app in memory or as a process, people who call it, a fresh database for each test.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::print_stderr,
    clippy::return_self_not_must_use,
    reason = "a test that cannot be set up, or whose answer is not as expected, must fail"
)]

mod app;
mod browser;
mod cluster;
mod database;
mod empty;
mod issuer;
mod process;
mod reply;
mod run;
mod server;
pub mod statements;

pub use app::{Person, TestApp};
pub use browser::{Browser, find_program, left_out};
pub use cluster::{Cluster, free_port};
pub use database::TestDb;
pub use empty::EmptyDb;
#[cfg(test)]
pub(crate) use empty::address;
pub use issuer::{Issuer, new_key, signed};
pub use process::{Finished, RunningProgram, TestClient, TestProgram};
pub use reply::Reply;
pub use run::{block_on, on, serve_by};
