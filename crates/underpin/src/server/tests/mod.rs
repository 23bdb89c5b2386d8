//! The server through real sockets: what clients see of its limits and of its end.

mod limits;
mod protocol;
mod stopping;

use std::{net::SocketAddr, sync::Arc};

use axum::body::{Body, to_bytes};
use futures_util::{FutureExt, StreamExt, stream};
use http::{Request, Response, StatusCode, header};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{Notify, oneshot},
    task::JoinHandle,
};

use super::*;
use crate::{
    Clock, Random,
    error::{ErrorFormat, Failure},
    middleware::{Inner, PipelineConfig},
};

struct Plain;

impl ErrorFormat for Plain {
    fn render(&self, failure: Failure<'_>) -> (StatusCode, Value) {
        (failure.status, json!({ "detail": failure.detail }))
    }
}

/// What the handlers of the test wait for, and tell.
#[derive(Default)]
struct Levers {
    begun: Notify,
    release: Notify,
}

/// A running server.
struct Server {
    address: SocketAddr,
    levers: Arc<Levers>,
    tasks: Tasks,
    stop: Option<oneshot::Sender<()>>,
    at_once: Option<oneshot::Sender<()>>,
    running: JoinHandle<ServerReport>,
}

impl Server {
    async fn start(config: ServerConfig) -> Self {
        Self::with(config, PipelineConfig::default()).await
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the server itself is what runs here"
    )]
    async fn with(config: ServerConfig, pipeline: PipelineConfig) -> Self {
        let config = ServerConfig { port: 0, ..config };
        let listener = bind(&config).await.unwrap();
        let address = listener.address();
        let levers = Arc::new(Levers::default());
        let pipeline = Pipeline::new(
            router(Arc::clone(&levers)),
            Arc::new(Plain),
            config.clone(),
            pipeline,
            &Clock::system(),
            &Random::system(),
        );
        let tasks = Tasks::new();
        let (stop, stopped) = oneshot::channel();
        let (at_once, hurried) = oneshot::channel();
        let running = tokio::spawn(run_until(
            listener,
            config,
            pipeline.unwrap(),
            tasks.clone(),
            stopped.map(|_| ()),
            async {
                // A test that drops its end is not in a hurry.
                if hurried.await.is_err() {
                    std::future::pending::<()>().await;
                }
            },
        ));
        Self {
            address,
            levers,
            tasks,
            stop: Some(stop),
            at_once: Some(at_once),
            running,
        }
    }

    async fn connect(&self) -> Client {
        Client::connect(self.address).await
    }

    fn tell_to_stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    fn tell_to_stop_at_once(&mut self) {
        self.at_once.take().unwrap().send(()).unwrap();
    }
}

fn router(levers: Arc<Levers>) -> Inner {
    Arc::new(move |request| Box::pin(answer(request, Arc::clone(&levers))))
}

async fn answer(request: Request<Body>, levers: Arc<Levers>) -> Response<Body> {
    let shutdown = request.extensions().get::<Shutdown>().unwrap().clone();
    match request.uri().path() {
        "/panic" => panic!("told to"),
        "/slow" => {
            levers.begun.notify_one();
            levers.release.notified().await;
            Response::new(Body::from("slow"))
        }
        "/hang" => {
            levers.begun.notify_one();
            std::future::pending().await
        }
        "/echo" => match to_bytes(request.into_body(), usize::MAX).await {
            Ok(body) => Response::new(Body::from(body)),
            Err(error) => status(StatusCode::BAD_REQUEST, &error.to_string()),
        },
        "/host" => {
            let host = request.headers().get(header::HOST).unwrap();
            Response::new(Body::from(host.as_bytes().to_owned()))
        }
        "/events" => events(shutdown),
        "/flood" => {
            let block = Bytes::from(vec![b'x'; 64 * 1024]);
            let blocks = stream::repeat(block).map(Ok::<_, axum::Error>);
            Response::new(Body::from_stream(blocks))
        }
        _ => Response::new(Body::from("hello")),
    }
}

fn status(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(text.to_owned()));
    *response.status_mut() = status;
    response
}

/// One event, then silence until the program stops.
fn events(shutdown: Shutdown) -> Response<Body> {
    let first = stream::iter([Ok::<_, axum::Error>("data: first\n\n")]);
    let rest = stream::once(async move {
        shutdown.requested().await;
        Ok("data: last\n\n")
    });
    let mut response = Response::new(Body::from_stream(first.chain(rest)));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        http::HeaderValue::from_static("text/event-stream"),
    );
    response
}

/// A client that writes and reads bytes.
struct Client {
    tcp: TcpStream,
    unread: Vec<u8>,
}

#[derive(Debug)]
struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl Client {
    async fn connect(address: SocketAddr) -> Self {
        Self {
            tcp: TcpStream::connect(address).await.unwrap(),
            unread: Vec::new(),
        }
    }

    async fn send(&mut self, text: impl AsRef<[u8]>) {
        self.tcp.write_all(text.as_ref()).await.unwrap();
    }

    async fn get(&mut self, path: &str) -> Reply {
        self.send(get(path)).await;
        self.reply().await
    }

    /// Reads until `end` was seen; what came up to there.
    async fn until(&mut self, end: &str) -> String {
        loop {
            let found = self
                .unread
                .windows(end.len())
                .position(|part| part == end.as_bytes());
            if let Some(at) = found {
                let rest = self.unread.split_off(at + end.len());
                let text = std::mem::replace(&mut self.unread, rest);
                return String::from_utf8(text).unwrap();
            }
            let count = self.tcp.read_buf(&mut self.unread).await.unwrap();
            let so_far = String::from_utf8_lossy(&self.unread);
            assert!(count > 0, "closed after {so_far:?}, before {end:?}");
        }
    }

    /// One reply with a content length.
    async fn reply(&mut self) -> Reply {
        let head = self.until("\r\n\r\n").await;
        let mut reply = Reply {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head,
            body: String::new(),
        };
        let length = reply
            .header("content-length")
            .map_or(0, |text| text.parse().unwrap());
        while self.unread.len() < length {
            assert!(
                self.tcp.read_buf(&mut self.unread).await.unwrap() > 0,
                "body cut short"
            );
        }
        let rest = self.unread.split_off(length);
        reply.body = String::from_utf8(std::mem::replace(&mut self.unread, rest)).unwrap();
        reply
    }

    /// Whether the server closed without another byte.
    async fn is_closed(&mut self) -> bool {
        self.unread.is_empty()
            && matches!(self.tcp.read_buf(&mut self.unread).await, Ok(0) | Err(_))
    }
}

/// A client that speaks HTTP/2 from its first byte.
struct Http2(hyper::client::conn::http2::SendRequest<Body>);

impl Http2 {
    #[expect(
        clippy::disallowed_methods,
        reason = "a client's connection, driven beside the test"
    )]
    async fn connect(address: SocketAddr) -> Self {
        let tcp = TokioIo::new(TcpStream::connect(address).await.unwrap());
        let shaken = hyper::client::conn::http2::handshake(TokioExecutor::new(), tcp).await;
        let (sender, connection) = shaken.unwrap();
        tokio::spawn(connection);
        Self(sender)
    }

    /// Sends a request; what comes back is awaited apart.
    fn begin(
        &mut self,
        path: &str,
        body: &str,
    ) -> impl Future<Output = (StatusCode, String)> + use<> {
        let request = Request::post(format!("http://test{path}")).body(Body::from(body.to_owned()));
        let reply = self.0.send_request(request.unwrap());
        async move {
            let (head, body) = reply.await.unwrap().into_parts();
            let body = to_bytes(Body::new(body), usize::MAX).await.unwrap();
            (head.status, String::from_utf8(body.into()).unwrap())
        }
    }

    async fn post(&mut self, path: &str, body: &str) -> (StatusCode, String) {
        self.begin(path, body).await
    }
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: test\r\n\r\n")
}
