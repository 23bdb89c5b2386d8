//! HTTP/1.1 and HTTP/2 on one port.

use super::*;

#[tokio::test]
async fn a_connection_serves_one_request_after_the_other() {
    let server = Server::start(ServerConfig::default()).await;
    let mut client = server.connect().await;
    for _ in 0..3 {
        let reply = client.get("/hello").await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "hello"));
        assert!(reply.header("date").is_some());
        assert_eq!(reply.header("server"), None);
        assert_eq!(reply.header("x-request-id").unwrap().len(), 36);
    }
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = Server::start(ServerConfig::default()).await;
    let mut client = server.connect().await;
    let echo = "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nfirst";
    client
        .send(format!("{echo}{}{}", get("/hello"), get("/panic")))
        .await;
    assert_eq!(client.reply().await.body, "first");
    assert_eq!(client.reply().await.body, "hello");
    assert_eq!(client.reply().await.status, 500);
}

#[tokio::test]
async fn http2_without_tls_is_served_on_the_same_port() {
    let server = Server::start(ServerConfig::default()).await;
    let mut client = Http2::connect(server.address).await;
    for body in ["one", "two"] {
        assert_eq!(
            client.post("/echo", body).await,
            (StatusCode::OK, body.to_owned())
        );
    }
    assert_eq!(client.post("/host", "").await.1, "test");
    let mut plain = server.connect().await;
    assert_eq!(plain.get("/hello").await.status, 200);
}

#[tokio::test]
async fn limits_hold_for_http2() {
    let config = ServerConfig {
        max_body_bytes: 1000,
        ..ServerConfig::default()
    };
    let server = Server::start(config).await;
    let mut client = Http2::connect(server.address).await;
    let (status, _) = client.post("/echo", &"x".repeat(1001)).await;
    assert_eq!(status, 413);
    let (status, _) = client
        .post(&format!("/{}", "x".repeat(33 * 1024)), "")
        .await;
    assert_eq!(status, 431);
    let (status, _) = client.post("/panic", "").await;
    assert_eq!(status, 500);
    assert_eq!(client.post("/echo", "still here").await.1, "still here");
}

#[tokio::test]
async fn a_panic_is_a_500_and_the_server_lives_on() {
    let server = Server::start(ServerConfig::default()).await;
    let mut client = server.connect().await;
    let reply = client.get("/panic").await;
    assert_eq!(reply.status, 500);
    assert_eq!(reply.body, r#"{"detail":"Internal Server Error"}"#);
    assert_eq!(client.get("/hello").await.status, 200);
}

#[tokio::test]
async fn a_request_needs_exactly_one_host() {
    let server = Server::start(ServerConfig::default()).await;
    for head in [
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: one\r\nHost: two\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: evil/path\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
    ] {
        let mut client = server.connect().await;
        client.send(head).await;
        assert_eq!(client.reply().await.status, 400, "{head}");
    }
    let mut client = server.connect().await;
    client.send("GET / HTTP/1.0\r\n\r\n").await;
    assert_eq!(client.reply().await.status, 200);
}

#[tokio::test]
async fn what_follows_an_ambiguous_length_is_never_a_request() {
    let server = Server::start(ServerConfig::default()).await;
    let mut client = server.connect().await;
    let smuggled = get("/panic");
    let length = 5 + smuggled.len();
    let head = "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n";
    client
        .send(format!(
            "{head}Content-Length: {length}\r\n\r\n0\r\n\r\n{smuggled}"
        ))
        .await;
    assert_eq!(client.reply().await.status, 200);
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn nonsense_is_a_400_and_closed() {
    let server = Server::start(ServerConfig::default()).await;
    let mut client = server.connect().await;
    client.send("this is no HTTP\r\n\r\n").await;
    assert_eq!(client.reply().await.status, 400);
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_port_in_use_is_one_clear_complaint() {
    let server = Server::start(ServerConfig::default()).await;
    let config = ServerConfig {
        port: server.address.port(),
        ..ServerConfig::default()
    };
    let error = bind(&config).await.unwrap_err();
    let [complaint] = error.complaints() else {
        panic!("{error}")
    };
    assert_eq!(complaint.subject, server.address.to_string());
    assert_eq!(complaint.problem, "another program listens there already");
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "the server itself is what runs here"
)]
async fn a_plain_page_has_a_port_of_its_own() {
    let config = ServerConfig {
        port: 0,
        ..ServerConfig::default()
    };
    let listener = bind(&config).await.unwrap();
    let address = listener.address();
    let (stop, stopped) = oneshot::channel::<()>();
    let answer = |_| async { Response::new(Body::from("page")) };
    let running = tokio::spawn(serve_plain(listener, answer, stopped.map(|_| ())));
    let mut client = Client::connect(address).await;
    assert_eq!(client.get("/metrics").await.body, "page");
    stop.send(()).unwrap();
    running.await.unwrap();
    assert!(client.is_closed().await);
}
