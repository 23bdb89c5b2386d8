//! How the program is told to stop, and how a reply that never ends learns of it.

use tokio_util::sync::CancellationToken;

/// Tells whether the program is to stop. Each request carries one in its extensions.
///
/// A reply that would stream for ever (server-sent events) ends when this is requested;
/// one that does not is cut when the grace is over.
#[derive(Clone, Debug, Default)]
pub struct Shutdown(CancellationToken);

impl Shutdown {
    /// Resolves once the program is told to stop.
    pub async fn requested(&self) {
        self.0.cancelled().await;
    }

    /// Whether the program was told to stop.
    pub fn is_requested(&self) -> bool {
        self.0.is_cancelled()
    }

    pub(super) fn request(&self) {
        self.0.cancel();
    }
}

/// Resolves at the next SIGTERM or SIGINT (Ctrl-C elsewhere than on Unix).
pub async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let terminate = async {
            match signal(SignalKind::terminate()) {
                Ok(mut signals) => _ = signals.recv().await,
                // Ctrl-C may still work, so this is no reason to stop.
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = terminate => {}
            () = interrupt() => {}
        }
    }
    #[cfg(not(unix))]
    interrupt().await;
}

async fn interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
