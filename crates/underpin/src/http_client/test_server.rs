//! A small HTTP server whose answers a test sets while it runs, and which counts what it is asked.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinSet};

/// What the server does when asked for a path.
#[derive(Clone)]
pub(crate) enum Answer {
    Json(Value),
    Body(u16, Vec<u8>),
    Redirect(String),
    /// Answers after this long.
    Slow(Duration, Value),
    /// Never answers.
    Hang,
    /// Closes the connection without a word.
    Close,
    /// 200 with the bearer token of the request as a JSON string.
    EchoBearer,
}

#[derive(Default)]
struct State {
    answers: HashMap<String, Answer>,
    asked: HashMap<String, usize>,
}

/// Listens on 127.0.0.1 until dropped. Unknown paths are 404.
pub(crate) struct TestServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    _listening: JoinSet<()>,
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, state.clone()));
        Self {
            address,
            state,
            _listening: listening,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn answer(&self, path: &str, answer: Answer) {
        let mut state = self.state.lock().unwrap();
        state.answers.insert(path.to_owned(), answer);
    }

    /// How often `path` was asked for.
    pub(crate) fn asked(&self, path: &str) -> usize {
        let state = self.state.lock().unwrap();
        state.asked.get(path).copied().unwrap_or_default()
    }
}

async fn listen(listener: TcpListener, state: Arc<Mutex<State>>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let state = state.clone();
        connections.spawn(async move {
            let service = service_fn(move |request| respond(request, state.clone()));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            let _closed = connection.await;
        });
    }
}

async fn respond(
    request: Request<Incoming>,
    state: Arc<Mutex<State>>,
) -> Result<Response<Full<Bytes>>, &'static str> {
    let path = request.uri().path().to_owned();
    let answer = {
        let mut state = state.lock().unwrap();
        *state.asked.entry(path.clone()).or_default() += 1;
        state.answers.get(&path).cloned()
    };
    let json = |value: &Value| Ok(Response::new(Full::from(value.to_string())));
    match answer {
        None => Ok(status(404, Vec::new())),
        Some(Answer::Json(value)) => json(&value),
        Some(Answer::Body(code, body)) => Ok(status(code, body)),
        Some(Answer::Redirect(to)) => {
            let response = Response::builder().status(StatusCode::FOUND);
            Ok(response
                .header(header::LOCATION, to)
                .body(Full::default())
                .unwrap())
        }
        Some(Answer::Slow(pause, value)) => {
            tokio::time::sleep(pause).await;
            json(&value)
        }
        Some(Answer::Hang) => {
            let never: Infallible = std::future::pending().await;
            match never {}
        }
        Some(Answer::Close) => Err("closed on purpose"),
        Some(Answer::EchoBearer) => {
            let header = request.headers().get(header::AUTHORIZATION);
            json(&header.and_then(|value| value.to_str().ok()).into())
        }
    }
}

fn status(code: u16, body: Vec<u8>) -> Response<Full<Bytes>> {
    Response::builder()
        .status(code)
        .body(Full::from(body))
        .unwrap()
}
