//! Request ids, the sender, the log, the figures, compression.

use std::{
    io,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures_util::stream;
use metrics_exporter_prometheus::PrometheusBuilder;
use tracing_subscriber::fmt::MakeWriter;

use super::*;

fn hello(limits: ServerConfig, config: PipelineConfig) -> Pipeline {
    pipeline(limits, config, |_| async {
        let mut response = Response::new(Body::from("hello"));
        response
            .extensions_mut()
            .insert(MatchedRoute("/notes/{id}"));
        response
    })
}

fn trusting() -> ServerConfig {
    ServerConfig {
        trust_proxy: true,
        ..ServerConfig::default()
    }
}

#[tokio::test]
async fn each_request_has_an_id_of_its_own() {
    let pipeline = hello(ServerConfig::default(), PipelineConfig::default());
    let mut ids = Vec::new();
    for _ in 0..100 {
        let reply = send(&pipeline, "GET", "/", &[("x-request-id", "forged")]).await;
        let id: uuid::Uuid = reply.header("x-request-id").unwrap().parse().unwrap();
        assert_eq!(id.get_version_num(), 7);
        ids.push(id);
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 100);
    let silent = PipelineConfig {
        send_request_id: false,
        ..PipelineConfig::default()
    };
    let reply = send(&hello(ServerConfig::default(), silent), "GET", "/", &[]).await;
    assert_eq!(reply.header("x-request-id"), None);
}

#[tokio::test]
async fn a_trusted_proxy_may_name_the_request_if_the_name_is_sane() {
    let pipeline = hello(trusting(), PipelineConfig::default());
    let reply = send(&pipeline, "GET", "/", &[("x-request-id", "edge-1.b_2")]).await;
    assert_eq!(reply.header("x-request-id"), Some("edge-1.b_2"));
    for odd in ["", "a b", "a\"b", &"a".repeat(129)] {
        let reply = send(&pipeline, "GET", "/", &[("x-request-id", odd)]).await;
        assert_eq!(reply.header("x-request-id").unwrap().len(), 36, "{odd}");
    }
}

#[tokio::test]
async fn the_sender_is_the_last_address_if_the_proxy_is_trusted() {
    let show = |request: Request<Body>| async move {
        let client = request.extensions().get::<Client>().unwrap();
        Response::new(Body::from(format!("{} {}", client.address, client.https)))
    };
    let sent = [
        ("x-forwarded-for", "203.0.113.9, 198.51.100.4"),
        ("x-forwarded-proto", "https"),
    ];
    let wary = pipeline(ServerConfig::default(), PipelineConfig::default(), show);
    assert_eq!(send(&wary, "GET", "/", &sent).await.body, "192.0.2.7 false");
    let pipeline = pipeline(trusting(), PipelineConfig::default(), show);
    assert_eq!(
        send(&pipeline, "GET", "/", &sent).await.body,
        "198.51.100.4 true"
    );
    let nonsense = [("x-forwarded-for", "unknown")];
    assert_eq!(
        send(&pipeline, "GET", "/", &nonsense).await.body,
        "192.0.2.7 false"
    );
}

#[tokio::test]
async fn refusals_know_the_decoded_path() {
    let limits = ServerConfig {
        max_in_flight: 0,
        ..ServerConfig::default()
    };
    let full = hello(limits, PipelineConfig::default());
    let reply = send(&full, "GET", "/a%20b/%FF?q=1", &[]).await;
    assert_eq!(reply.status, 503);
    assert!(
        reply.body.ends_with("\"path\":\"/a b/\u{fffd}\"}"),
        "{}",
        reply.body
    );
    assert_eq!(reply.header("content-type"), Some("application/json"));
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8(bytes.clone()).unwrap()
    }
}

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_access_log_has_no_secret_in_it() {
    let config = PipelineConfig {
        health_paths: vec!["/health".to_owned()],
        ..PipelineConfig::default()
    };
    let pipeline = hello(ServerConfig::default(), config);
    let mut attempts = 1000;
    let kept = Kept::default();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(kept.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let headers = [("authorization", "Bearer s3cret"), ("cookie", "s3cret")];
    // Whether a line of code logs is remembered when it first runs, which another test may be doing just
    // now without a log: ask again until both lines are remembered as logging.
    let (reply, text) = loop {
        tracing::callsite::rebuild_interest_cache();
        kept.clear();
        let reply = send(&pipeline, "GET", "/notes/7?token=s3cret", &headers).await;
        send(&pipeline, "GET", "/health", &[]).await;
        let text = kept.text();
        if text.lines().count() == 2 || attempts == 0 {
            break (reply, text);
        }
        attempts -= 1;
        tokio::time::sleep(Duration::from_millis(1)).await;
    };
    assert!(!text.contains("s3cret"), "{text}");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [visit, health] = lines.as_slice() else {
        panic!("{text}")
    };
    assert_eq!(
        (&visit["level"], &health["level"]),
        (&json!("INFO"), &json!("DEBUG"))
    );
    let fields = &visit["fields"];
    assert_eq!(fields["method"], "GET");
    assert_eq!(fields["path"], "/notes/7");
    assert_eq!(fields["status"], 200);
    assert_eq!(fields["bytes"], 5);
    assert_eq!(fields["complete"], true);
    assert_eq!(fields["request.id"], reply.header("x-request-id").unwrap());
    assert!(
        fields["message"]
            .as_str()
            .unwrap()
            .starts_with("GET /notes/7 answered 200 in ")
    );
}

#[tokio::test]
async fn requests_are_counted_by_route_and_not_by_path() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let page = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let pipeline = hello(ServerConfig::default(), PipelineConfig::default());
    for path in ["/notes/1", "/notes/2"] {
        send(&pipeline, "GET", path, &[]).await;
    }
    send(&pipeline, "BREW", "/pot", &[]).await;
    let page = page.render();
    let counted = |labels: &str, count: u32| {
        let line = format!("underpin_http_requests_total{{{labels}}} {count}\n");
        assert!(page.contains(&line), "no {line:?} in {page}");
    };
    counted(r#"method="GET",route="/notes/{id}",status="200""#, 2);
    counted(r#"method="other",route="/notes/{id}",status="200""#, 1);
    assert!(
        page.contains("underpin_http_requests_in_flight 0\n"),
        "{page}"
    );
    assert!(
        page.contains("underpin_http_request_duration_seconds"),
        "{page}"
    );
}

#[tokio::test]
async fn replies_are_compressed_where_it_helps() {
    let typed = |request: Request<Body>| async move {
        let content_type = request.uri().path().trim_start_matches('/').to_owned();
        let body = Body::from_stream(stream::iter([Ok::<_, io::Error>("abc".repeat(1000))]));
        Response::builder()
            .header("content-type", content_type)
            .body(body)
            .unwrap()
    };
    let config = PipelineConfig {
        compression: true,
        ..PipelineConfig::default()
    };
    let on = pipeline(ServerConfig::default(), config, typed);
    let off = pipeline(ServerConfig::default(), PipelineConfig::default(), typed);
    let gzip = [("accept-encoding", "gzip, deflate")];
    let encoded = |reply: Reply| reply.header("content-encoding").map(str::to_owned);
    let json = send(&on, "GET", "/application/json", &gzip).await;
    assert_eq!(json.header("vary"), Some("accept-encoding"));
    assert_eq!(encoded(json).as_deref(), Some("gzip"));
    for path in [
        "/text/event-stream",
        "/application/zip",
        "/application/gzip",
        "/image/png",
    ] {
        assert_eq!(encoded(send(&on, "GET", path, &gzip).await), None, "{path}");
    }
    assert_eq!(encoded(send(&on, "GET", "/text/plain", &[]).await), None);
    assert_eq!(encoded(send(&off, "GET", "/text/plain", &gzip).await), None);
}
