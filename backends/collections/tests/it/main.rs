//! The program as its users run it: a process of its own, on files that are bad and at moments that are worse.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

mod bad_files;
mod command_line;
mod killing;
mod setup;
mod snapshots;
mod together;
