//! The test kit: a whole app in memory, people who call it, a fresh database for each test.

#![expect(clippy::expect_used, reason = "a test that cannot be set up must fail")]

mod app;
mod database;
mod reply;
mod run;
mod statements;

pub use app::{Person, TestApp};
pub use database::TestDb;
pub use reply::Reply;
pub use run::{block_on, on};
pub use statements::*;
