//! What one client may have of the server. Time stands still but for the timers: when nothing else can
//! happen, the next one fires.

use std::time::Duration;

use super::*;

const TOO_LARGE: &str = r#"{"detail":"Request body is too large"}"#;

#[tokio::test(start_paused = true)]
async fn a_head_that_comes_too_slowly_is_cut() {
    let server = Server::start(ServerConfig::default()).await;
    for beginning in [
        "",
        "G",
        "GET / HTTP/1.1\r\nHost: te",
        "PRI * HTTP/2.0\r\n\r\nSM\r",
    ] {
        let mut client = server.connect().await;
        client.send(beginning).await;
        let began = tokio::time::Instant::now();
        assert!(client.is_closed().await, "{beginning:?}");
        assert_eq!(began.elapsed().as_secs(), 10, "{beginning:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_byte_now_and_then_does_not_buy_time() {
    let server = Server::start(ServerConfig::default()).await;
    let mut client = server.connect().await;
    assert_eq!(client.get("/hello").await.status, 200);
    // By now the connection counts on being idle for longer.
    tokio::time::sleep(Duration::from_secs(20)).await;
    let began = tokio::time::Instant::now();
    for byte in "GET / HTTP/1.1\r\n".as_bytes() {
        if client.tcp.write_all(&[*byte]).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    assert!(client.is_closed().await);
    // Sixteen bytes would take 48 seconds.
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
    let cut = server.connect().await.get("/hello").await;
    assert_eq!(cut.status, 200);
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed_after_its_time() {
    let server = Server::start(ServerConfig::default()).await;
    let mut client = server.connect().await;
    client.get("/hello").await;
    tokio::time::sleep(Duration::from_secs(70)).await;
    assert_eq!(client.get("/hello").await.status, 200);
    let began = tokio::time::Instant::now();
    assert!(client.is_closed().await);
    assert_eq!(began.elapsed().as_secs(), 75);
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_nobody_takes_is_cut() {
    let server = Server::start(ServerConfig::default()).await;
    let mut client = server.connect().await;
    client.send(get("/flood")).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    let mut scratch = vec![0; 1 << 20];
    // What lies in the socket's buffers still comes, and then the end.
    let mut count = 0;
    while let Ok(more @ 1..) = client.tcp.read(&mut scratch).await {
        count += more;
        assert!(count < 64 << 20, "it goes on and on");
    }
}

#[tokio::test]
async fn a_head_above_the_limit_is_a_431_in_our_format() {
    let server = Server::start(ServerConfig::default()).await;
    let mut client = server.connect().await;
    let filler = "x".repeat(33 * 1024);
    client
        .send(format!(
            "GET / HTTP/1.1\r\nHost: test\r\nX-Filler: {filler}\r\n\r\n"
        ))
        .await;
    let reply = client.reply().await;
    assert_eq!(reply.status, 431);
    assert_eq!(reply.body, r#"{"detail":"Request headers are too large"}"#);
    assert_eq!(client.get("/hello").await.status, 200);
}

#[tokio::test]
async fn a_head_without_end_is_a_431_and_closed() {
    let server = Server::start(ServerConfig::default()).await;
    let mut client = server.connect().await;
    client.send("GET / HTTP/1.1\r\nHost: test\r\n").await;
    for _ in 0..200 {
        let line = format!("X-Filler: {}\r\n", "x".repeat(1000));
        if client.tcp.write_all(line.as_bytes()).await.is_err() {
            break;
        }
    }
    assert_eq!(client.reply().await.status, 431);
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_body_above_the_limit_has_one_face() {
    let config = ServerConfig {
        max_body_bytes: 1000,
        ..ServerConfig::default()
    };
    let server = Server::start(config).await;
    let head = "POST /echo HTTP/1.1\r\nHost: test\r\n";
    let x = "x".repeat(1000);

    let mut client = server.connect().await;
    client
        .send(format!("{head}Content-Length: 1000\r\n\r\n{x}"))
        .await;
    assert_eq!(client.reply().await.body, x);
    client
        .send(format!(
            "{head}Transfer-Encoding: chunked\r\n\r\n3e8\r\n{x}\r\n0\r\n\r\n"
        ))
        .await;
    assert_eq!(client.reply().await.body, x);

    client
        .send(format!("{head}Content-Length: 1001\r\n\r\n"))
        .await;
    let declared = client.reply().await;
    assert_eq!((declared.status, declared.body.as_str()), (413, TOO_LARGE));

    let mut client = server.connect().await;
    client
        .send(format!(
            "{head}Transfer-Encoding: chunked\r\n\r\n3e8\r\n{x}\r\n1\r\nx\r\n"
        ))
        .await;
    let met = client.reply().await;
    assert_eq!((met.status, met.body.as_str()), (413, TOO_LARGE));
}

#[tokio::test]
async fn a_client_that_asks_first_need_not_send_what_is_too_large() {
    let config = ServerConfig {
        max_body_bytes: 1000,
        ..ServerConfig::default()
    };
    let server = Server::start(config).await;
    let mut client = server.connect().await;
    let head = "POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n";
    client
        .send(format!("{head}Content-Length: 2\r\n\r\n"))
        .await;
    assert_eq!(
        client.until("\r\n\r\n").await,
        "HTTP/1.1 100 Continue\r\n\r\n"
    );
    client.send("ok").await;
    assert_eq!(client.reply().await.body, "ok");
    client
        .send(format!("{head}Content-Length: 2000\r\n\r\n"))
        .await;
    assert_eq!(client.reply().await.status, 413);
}

#[tokio::test]
async fn a_client_that_goes_on_sending_still_reads_its_413() {
    let server = Server::start(ServerConfig::default()).await;
    let mut client = server.connect().await;
    let head = "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 100000000\r\n\r\n";
    client.send(head).await;
    for _ in 0..20 {
        client.send(vec![b'x'; 10_000]).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(client.reply().await.status, 413);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stops_coming_is_a_408() {
    let server = Server::start(ServerConfig::default()).await;
    let mut client = server.connect().await;
    client
        .send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\nfive!")
        .await;
    let reply = client.reply().await;
    assert_eq!(reply.status, 408);
    assert_eq!(
        reply.body,
        r#"{"detail":"Request body was not sent in time"}"#
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_drips_is_the_clients_fault_and_a_hanging_handler_ours() {
    let config = ServerConfig {
        body_timeout: Duration::from_mins(2),
        ..ServerConfig::default()
    };
    let server = Server::start(config).await;
    let mut client = server.connect().await;
    client
        .send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\nfive!")
        .await;
    assert_eq!(client.reply().await.status, 408);
    let reply = server.connect().await.get("/hang").await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.header("retry-after"), Some("1"));
}

#[tokio::test]
async fn a_full_server_says_so_and_recovers() {
    let config = ServerConfig {
        max_in_flight: 1,
        ..ServerConfig::default()
    };
    let pipeline = PipelineConfig {
        health_paths: vec!["/health".to_owned()],
        ..PipelineConfig::default()
    };
    let server = Server::with(config, pipeline).await;
    let mut first = server.connect().await;
    first.send(get("/slow")).await;
    server.levers.begun.notified().await;

    let mut second = server.connect().await;
    let refused = second.get("/hello").await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(
        refused.body,
        r#"{"detail":"The server is busy, try again in a moment"}"#
    );
    assert_eq!(second.get("/health").await.status, 200);

    server.levers.release.notify_one();
    assert_eq!(first.reply().await.body, "slow");
    assert_eq!(second.get("/hello").await.status, 200);
}

#[tokio::test]
async fn a_client_that_leaves_gives_its_place_back() {
    let config = ServerConfig {
        max_in_flight: 1,
        ..ServerConfig::default()
    };
    let server = Server::start(config).await;
    let mut first = server.connect().await;
    first.send(get("/hang")).await;
    server.levers.begun.notified().await;
    drop(first);
    let mut second = server.connect().await;
    while second.get("/hello").await.status != 200 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn events_do_not_hold_a_place() {
    let config = ServerConfig {
        max_in_flight: 1,
        ..ServerConfig::default()
    };
    let server = Server::start(config).await;
    let mut listening = server.connect().await;
    listening.send(get("/events")).await;
    listening.until("data: first\n\n").await;
    assert_eq!(server.connect().await.get("/hello").await.status, 200);

    let mut taking = server.connect().await;
    taking.send(get("/flood")).await;
    taking.until("xxx").await;
    assert_eq!(server.connect().await.get("/hello").await.status, 503);
}

#[tokio::test]
async fn a_connection_too_many_gets_a_503_at_once() {
    let config = ServerConfig {
        max_connections: 1,
        ..ServerConfig::default()
    };
    let server = Server::start(config).await;
    let mut first = server.connect().await;
    assert_eq!(first.get("/hello").await.status, 200);
    let mut second = server.connect().await;
    let refused = second.get("/hello").await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.header("connection"), Some("close"));
    assert!(second.is_closed().await);
    assert_eq!(first.get("/hello").await.status, 200);
    drop(first);
    // The place is free once the server has seen the end of the first.
    while server.connect().await.get("/hello").await.status != 200 {}
}
