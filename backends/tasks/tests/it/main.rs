//! The program as its users and its neighbours meet it: started, beside other programs, over sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

mod adoption;
mod better_auth;
mod jobs;
mod setup;
