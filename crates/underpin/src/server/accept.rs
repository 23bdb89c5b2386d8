//! The accept loop: lets connections in, turns away what is too many, and stops in good order.

use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response};
use hyper_util::server::conn::auto::Builder;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Listener, ServerConfig, Shutdown,
    connection::{Streams, protocol, serve},
};

/// How long we wait after an accept failed for want of file descriptors or memory.
const PAUSE: Duration = Duration::from_millis(100);
/// Refusals written at once; a connection beyond them is closed without a word.
const MAX_REFUSALS: usize = 64;
/// Time that one refusal may take.
const REFUSAL_TIME: Duration = Duration::from_secs(1);

const ACCEPTED: &str = "underpin_connections_accepted_total";
const REFUSED: &str = "underpin_connections_refused_total";

/// The connections of one listener.
pub(super) struct Connections {
    pub(super) config: Arc<ServerConfig>,
    pub(super) shutdown: Shutdown,
    tracker: TaskTracker,
    /// Cuts every connection at once.
    cut: CancellationToken,
    /// What a connection above the limit is told, as bytes of HTTP/1.1.
    refusal: Bytes,
}

/// What became of the connections of one listener.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) accepted: u64,
    pub(super) refused: u64,
}

impl Connections {
    pub(super) fn new(config: Arc<ServerConfig>, refusal: Bytes) -> Self {
        Self {
            config,
            shutdown: Shutdown::default(),
            tracker: TaskTracker::new(),
            cut: CancellationToken::new(),
            refusal,
        }
    }

    /// Lets connections in and has `answer` answer them, until `stop`; then the port is free.
    pub(super) async fn accept<H, F>(
        &self,
        listener: Listener,
        answer: H,
        stop: impl Future<Output = ()>,
    ) -> Counts
    where
        H: Fn(Request<Body>, SocketAddr) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<Body>> + Send + 'static,
    {
        let mut door = Door::new(self, answer);
        let mut stop = pin!(stop);
        loop {
            let accepted = tokio::select! {
                biased;
                () = &mut stop => break,
                accepted = listener.tcp.accept() => accepted,
            };
            match accepted {
                Ok((tcp, peer)) => door.enter(tcp, peer),
                Err(error) => rest_after(&error).await,
            }
        }
        // The system completed these already: their clients believe that they are in.
        while let Some(Ok((tcp, peer))) = listener.tcp.accept().now_or_never() {
            door.enter(tcp, peer);
        }
        door.counts
    }

    fn streams(&self) -> Streams {
        Streams {
            tracker: self.tracker.clone(),
            cut: self.cut.clone(),
        }
    }

    /// Tells every connection to finish, and waits until they have or `enough` resolves; those left are
    /// then cut. Returns how many were.
    pub(super) async fn drain(&self, enough: impl Future<Output = ()>) -> usize {
        self.shutdown.request();
        self.tracker.close();
        tokio::select! {
            biased;
            () = self.tracker.wait() => 0,
            () = enough => {
                let left = self.tracker.len();
                self.cut.cancel();
                left
            }
        }
    }
}

/// Decides who gets in.
struct Door<'a, H> {
    connections: &'a Connections,
    builder: Arc<Builder<Streams>>,
    places: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
    answer: H,
    counts: Counts,
}

impl<'a, H, F> Door<'a, H>
where
    H: Fn(Request<Body>, SocketAddr) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    fn new(connections: &'a Connections, answer: H) -> Self {
        let config = &connections.config;
        let most = config.max_connections.min(Semaphore::MAX_PERMITS);
        Self {
            connections,
            builder: Arc::new(protocol(config, connections.streams())),
            places: Arc::new(Semaphore::new(most)),
            refusals: Arc::new(Semaphore::new(MAX_REFUSALS)),
            answer,
            counts: Counts::default(),
        }
    }

    fn enter(&mut self, tcp: TcpStream, peer: SocketAddr) {
        match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => self.serve(tcp, peer, place),
            Err(_) => self.turn_away(tcp),
        }
    }

    fn serve(&mut self, tcp: TcpStream, peer: SocketAddr, place: OwnedSemaphorePermit) {
        self.counts.accepted += 1;
        metrics::counter!(ACCEPTED).increment(1);
        // Small replies must not wait for the client's acknowledgement of the one before.
        _ = tcp.set_nodelay(true);
        let serving = serve(
            tcp,
            peer,
            Arc::clone(&self.builder),
            Arc::clone(&self.connections.config),
            self.connections.shutdown.clone(),
            self.answer.clone(),
        );
        let cut = self.connections.cut.clone();
        self.connections.tracker.spawn(async move {
            _ = cut.run_until_cancelled(serving).await;
            drop(place);
        });
    }

    fn turn_away(&mut self, tcp: TcpStream) {
        self.counts.refused += 1;
        metrics::counter!(REFUSED).increment(1);
        if let Ok(turn) = Arc::clone(&self.refusals).try_acquire_owned() {
            let refusal = self.connections.refusal.clone();
            self.connections.tracker.spawn(async move {
                _ = timeout(REFUSAL_TIME, refuse(tcp, &refusal)).await;
                drop(turn);
            });
        }
    }
}

/// Waits if the failure would come again at once; a client that gave up early is no reason to.
async fn rest_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    ) {
        return;
    }
    tracing::warn!(%error, "cannot accept a connection; trying again in 100 ms");
    tokio::time::sleep(PAUSE).await;
}

/// Writes `refusal`, then listens until the client closes too, so that it gets to read it.
async fn refuse(mut tcp: TcpStream, refusal: &[u8]) -> io::Result<()> {
    tcp.write_all(refusal).await?;
    tcp.shutdown().await?;
    let mut scratch = [0; 1024];
    while tcp.read(&mut scratch).await? > 0 {}
    Ok(())
}
