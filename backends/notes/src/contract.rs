//! The recording, replayed in process.
