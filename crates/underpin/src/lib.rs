//! Typed HTTP backends: the handler's signature validates, documents and wires itself.

pub mod clock;
pub mod context;
pub mod error;
pub mod random;
pub mod secret;
pub mod start;
pub mod validation;

pub use clock::Clock;
pub use context::{Context, Provide};
pub use error::{Error, Result};
pub use random::Random;
pub use secret::Secret;
pub use start::{Complaint, StartError};
