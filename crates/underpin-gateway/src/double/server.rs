//! The double behind a socket. It checks every request, and a test may spoil its answers.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::SystemTime,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    header::{HeaderName, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::Double;
use crate::{compare::Answer, har::Recording};

struct State {
    recording: Recording,
    double: Double,
    next: usize,
    complaints: Arc<Mutex<Vec<String>>>,
}

/// Serves a recording; gives the address, and what was wrong with the requests.
pub async fn serve(
    recording: &Recording,
    spoil: impl Fn(usize, &mut Answer) + Send + Sync + 'static,
) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let complaints = Arc::new(Mutex::new(Vec::new()));
    let double = Double::new(recording, &origin, now());
    let state = State {
        recording: recording.clone(),
        double,
        next: 0,
        complaints: complaints.clone(),
    };
    let state = Arc::new(Mutex::new(state));
    let spoil = Arc::new(spoil);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (state, spoil) = (state.clone(), spoil.clone());
            let service = service_fn(move |request: Request<Incoming>| {
                let (state, spoil) = (state.clone(), spoil.clone());
                async move {
                    let (parts, body) = request.into_parts();
                    let body = body.collect().await.unwrap().to_bytes();
                    let (number, mut answer) = state.lock().unwrap().answer(&parts, &body);
                    spoil(number, &mut answer);
                    Ok::<_, Infallible>(response(&answer))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    (origin, complaints)
}

impl State {
    fn answer(&mut self, parts: &hyper::http::request::Parts, body: &[u8]) -> (usize, Answer) {
        let exchange = self.recording.exchanges[self.next].clone();
        self.next += 1;
        let recorded = &exchange.request;
        let expect = |what: &str, expected: &str, found: &str| {
            if expected != found {
                let text = format!(
                    "#{} {what}: expected {expected}, got {found}",
                    exchange.number
                );
                self.complaints.lock().unwrap().push(text);
            }
        };
        let double = &self.double;
        expect("method", &recorded.method, parts.method.as_str());
        expect(
            "target",
            &double.request_text(&recorded.target),
            &parts.uri.to_string(),
        );
        let text = double.request_text(&String::from_utf8_lossy(&recorded.body));
        expect("body", &text, &String::from_utf8_lossy(body));
        for (name, value) in &recorded.headers {
            let name = name.to_ascii_lowercase();
            if ["host", "connection", "content-length"].contains(&name.as_str()) {
                continue;
            }
            let found = parts
                .headers
                .get(&name)
                .map(|v| String::from_utf8_lossy(v.as_bytes()));
            expect(
                &name,
                &double.request_text(value),
                &found.unwrap_or_default(),
            );
        }
        (exchange.number, self.double.answer(&exchange, now()))
    }
}

fn response(answer: &Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(answer.body.clone())));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap();
    for (name, value) in &answer.headers {
        if name != "content-length" {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            response
                .headers_mut()
                .append(name, HeaderValue::from_str(value).unwrap());
        }
    }
    response
}

fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    i64::try_from(since.as_micros()).unwrap()
}
