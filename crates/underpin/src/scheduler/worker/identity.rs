//! Under which name this process works. A worker that was taken for dead comes back under another, without
//! what it had.

use std::{
    fmt::Write,
    sync::{Arc, PoisonError, atomic::Ordering},
};

use tokio_util::sync::CancellationToken;

use super::Worker;
use crate::Result;

/// A name among the workers, and whether it still counts.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub(super) id: Arc<str>,
    /// Cancelled when the name does not count any more, and with it everything that runs under it.
    pub(super) alive: CancellationToken,
}

impl Identity {
    /// Before the first name.
    pub(super) fn nobody() -> Self {
        Self {
            id: "".into(),
            alive: CancellationToken::new(),
        }
    }
}

impl Worker {
    /// Takes a name that nobody has, and drops what ran under the old one.
    pub(super) async fn take_new_identity(&self) -> Result<()> {
        let inner = &*self.0;
        // Repeatable randomness, as in tests, gives two programs the same names.
        let id = loop {
            let bytes = inner.random.bytes::<12>()?;
            let mut id = String::with_capacity(24);
            for byte in bytes {
                let _ = write!(id, "{byte:02x}");
            }
            if inner.store.register(&id, inner.clock.now()).await? {
                break id;
            }
        };
        let new = Identity {
            id: id.into(),
            alive: CancellationToken::new(),
        };
        let mut identity = inner
            .identity
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        identity.alive.cancel();
        *identity = new;
        Ok(())
    }

    /// Hands back what the table says that this worker has, though it runs none of it, if the answer to a
    /// claim was lost on its way. Only called between claims.
    pub(super) async fn hand_back_unknown(&self) -> Result<()> {
        let inner = &*self.0;
        if !inner.in_doubt.load(Ordering::Relaxed) {
            return Ok(());
        }
        let worker = self.identity();
        for claim in inner.store.claims_of(&worker.id).await? {
            if !self.running().contains(&claim) {
                inner.store.release(claim.0, claim.1).await?;
            }
        }
        inner.in_doubt.store(false, Ordering::Relaxed);
        Ok(())
    }
}
