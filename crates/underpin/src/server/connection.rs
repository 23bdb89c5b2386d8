//! One connection from its first byte to its last: HTTP/1.1 or HTTP/2, and its deadlines.

use std::{
    convert::Infallible,
    future::poll_fn,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, Version, header};
use http_body::{Frame, SizeHint};
use hyper::{body::Incoming, rt::Executor, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    net::TcpStream,
    time::{Instant, Sleep, sleep},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    ServerConfig, Shutdown,
    activity::{Activity, Overdue},
    stream::Stream,
};

/// Requests that one HTTP/2 connection may have open at once.
const MAX_STREAMS: u32 = 128;
/// How often an HTTP/2 client that sends nothing is asked whether it is still there.
const PING_EVERY: Duration = Duration::from_secs(30);
/// How long an idle HTTP/1.1 connection is kept when the program stops: a request that its client has just
/// sent is still answered, and told to be the last. (HTTP/2 tells its clients which requests were lost.)
const LAST_CALL: Duration = Duration::from_millis(250);
/// How long a connection that was told to close may take to do so.
const CLOSING: Duration = Duration::from_secs(1);

/// Runs the streams of an HTTP/2 connection where shutdown waits for them and can cut them.
#[derive(Clone)]
pub(super) struct Streams {
    pub(super) tracker: TaskTracker,
    pub(super) cut: CancellationToken,
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Streams {
    fn execute(&self, stream: F) {
        self.tracker
            .spawn(self.cut.clone().run_until_cancelled_owned(stream));
    }
}

/// The protocol settings that every connection of a server shares.
pub(super) fn protocol(config: &ServerConfig, streams: Streams) -> Builder<Streams> {
    // The pipeline refuses heads above the limit in the app's own format; what is far above it, the
    // protocol layer refuses bare, so that it need not be held in memory.
    let most = config.max_head_bytes.saturating_mul(2).max(16 * 1024);
    let mut builder = Builder::new(streams);
    builder.http1().max_buf_size(most);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY)
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(u32::try_from(most).unwrap_or(u32::MAX));
    builder
}

/// Answers the requests of one connection with `answer` until it ends, runs out of patience, or the
/// program stops.
pub(super) async fn serve<H, F>(
    tcp: TcpStream,
    peer: SocketAddr,
    builder: Arc<Builder<Streams>>,
    config: Arc<ServerConfig>,
    shutdown: Shutdown,
    answer: H,
) where
    H: Fn(Request<Body>, SocketAddr) -> F + Send + Sync,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let activity = Arc::new(Activity::new());
    let io = TokioIo::new(Stream::new(tcp, Arc::clone(&activity)));
    let service = service_fn(|request: Request<Incoming>| {
        let request = accept(request, &shutdown);
        let unread = !request.body().is_end_stream();
        let exchange = Exchange::new(Arc::clone(&activity), request.version());
        let reply = answer(request, peer);
        let shutdown = shutdown.clone();
        async move {
            let mut reply = reply.await;
            if shutdown.is_requested() && !exchange.0.is_http2() {
                let close = HeaderValue::from_static("close");
                reply.headers_mut().insert(header::CONNECTION, close);
            }
            if unread && (reply.status().is_client_error() || reply.status().is_server_error()) {
                exchange.0.body_left_unread();
            }
            Ok::<_, Infallible>(reply.map(|body| Reply { body, exchange }))
        }
    });
    let mut connection = pin!(builder.serve_connection(io, service));
    let mut patience = pin!(Patience::new(&activity, &config));
    let overdue = poll_fn(|cx| match connection.as_mut().poll(cx) {
        Poll::Ready(_) => Poll::Ready(None),
        Poll::Pending => patience.poll_overdue(cx).map(Some),
    });
    let stopped = tokio::select! {
        biased;
        overdue = overdue => match overdue {
            Some(Overdue::Idle) => false,
            _ => return,
        },
        () = shutdown.requested() => true,
    };
    if stopped && !activity.is_http2() {
        let ended = tokio::time::timeout(LAST_CALL, connection.as_mut()).await;
        if ended.is_ok() {
            return;
        }
    }
    connection.as_mut().graceful_shutdown();
    if !stopped {
        _ = tokio::time::timeout(CLOSING, connection).await;
        return;
    }
    poll_fn(|cx| match connection.as_mut().poll(cx) {
        Poll::Ready(_) => Poll::Ready(()),
        Poll::Pending => patience.poll_overdue(cx).map(|_| ()),
    })
    .await;
}

/// The request as the rest of the program sees it: with a way to learn of the stop, and with a `Host`
/// whatever the protocol's version (in HTTP/2 the target has it, RFC 9113, section 8.3.1).
fn accept(request: Request<Incoming>, shutdown: &Shutdown) -> Request<Body> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(shutdown.clone());
    if request.version() == Version::HTTP_2
        && !request.headers().contains_key(header::HOST)
        && let Some(authority) = request.uri().authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        request.headers_mut().insert(header::HOST, host);
    }
    request
}

/// Wakes when the connection's activity is overdue.
struct Patience<'a> {
    activity: &'a Activity,
    config: &'a ServerConfig,
    sleep: Pin<Box<Sleep>>,
}

impl<'a> Patience<'a> {
    fn new(activity: &'a Activity, config: &'a ServerConfig) -> Self {
        Self {
            activity,
            config,
            sleep: Box::pin(sleep(config.head_timeout)),
        }
    }

    /// To be polled after the connection was. The timer is moved only to an earlier time; it is moved to a
    /// later one when it fires too early. So a busy connection does not touch it.
    fn poll_overdue(&mut self, cx: &mut Context<'_>) -> Poll<Overdue> {
        if let Some((deadline, _)) = self.activity.deadline(self.config)
            && deadline < self.sleep.deadline()
        {
            self.sleep.as_mut().reset(deadline);
        }
        while self.sleep.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            match self.activity.deadline(self.config) {
                Some((deadline, what)) if deadline <= now => return Poll::Ready(what),
                Some((deadline, _)) => self.sleep.as_mut().reset(deadline),
                None => self.sleep.set(sleep(self.config.idle_timeout)),
            }
        }
        Poll::Pending
    }
}

/// One request, from its head to the last byte of its reply.
struct Exchange(Arc<Activity>);

impl Exchange {
    fn new(activity: Arc<Activity>, version: Version) -> Self {
        activity.request_began(version);
        Self(activity)
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.0.request_ended();
    }
}

/// The body of a reply; its request ends when this is dropped.
struct Reply {
    body: Body,
    #[expect(dead_code, reason = "held for its drop")]
    exchange: Exchange,
}

impl HttpBody for Reply {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
