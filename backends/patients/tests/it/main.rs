//! The program as operators run it: a process of its own, on databases that others use and servers that fail.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

mod beside;
mod browser;
mod importing;
mod logs;
mod metrics;
mod outage;
mod setup;
mod starts;
