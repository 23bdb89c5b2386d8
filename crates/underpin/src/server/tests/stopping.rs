//! The end: what was accepted is finished, nothing new begins.

use std::time::Duration;

use super::*;

#[tokio::test]
async fn a_request_accepted_before_the_stop_is_finished() {
    let mut server = Server::start(ServerConfig::default()).await;
    let mut idle = server.connect().await;
    assert_eq!(idle.get("/hello").await.status, 200);
    let mut client = server.connect().await;
    client.send(get("/slow")).await;
    server.levers.begun.notified().await;

    server.tell_to_stop();
    assert!(idle.is_closed().await);
    assert!(TcpStream::connect(server.address).await.is_err());

    server.levers.release.notify_one();
    let reply = client.reply().await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "slow"));
    assert_eq!(reply.header("connection"), Some("close"));
    assert!(client.is_closed().await);
    let report = server.running.await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    assert_eq!((report.accepted, report.refused), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_request_sent_while_we_stop_is_answered_as_the_last() {
    let mut server = Server::start(ServerConfig::default()).await;
    let mut client = server.connect().await;
    assert_eq!(client.get("/hello").await.header("connection"), None);
    server.tell_to_stop();
    while TcpStream::connect(server.address).await.is_ok() {}
    let reply = client.get("/hello").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "hello"));
    assert_eq!(reply.header("connection"), Some("close"));
    assert!(client.is_closed().await);
    assert!(server.running.await.unwrap().is_clean());
}

#[tokio::test]
async fn a_request_over_http2_is_finished_too() {
    let mut server = Server::start(ServerConfig::default()).await;
    let _idle = Http2::connect(server.address).await;
    let mut client = Http2::connect(server.address).await;
    let reply = client.begin("/slow", "");
    let (reply, ()) = tokio::join!(reply, async {
        server.levers.begun.notified().await;
        server.tell_to_stop();
        while TcpStream::connect(server.address).await.is_ok() {}
        server.levers.release.notify_one();
    });
    assert_eq!(reply, (StatusCode::OK, "slow".to_owned()));
    let report = server.running.await.unwrap();
    assert!(report.is_clean(), "{report:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_is_heard() {
    let signal = stop_signal();
    let mut signal = std::pin::pin!(signal);
    // Being polled once, it listens.
    assert!(signal.as_mut().now_or_never().is_none());
    let this = std::process::id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-TERM", &this])
        .status();
    assert!(sent.unwrap().success());
    signal.await;
}

#[tokio::test]
async fn a_stream_of_events_ends_by_itself() {
    let mut server = Server::start(ServerConfig::default()).await;
    let mut client = server.connect().await;
    client.send(get("/events")).await;
    client.until("data: first\n\n").await;
    server.tell_to_stop();
    client.until("data: last\n\n").await;
    client.until("0\r\n\r\n").await;
    assert!(client.is_closed().await);
    assert!(server.running.await.unwrap().is_clean());
}

#[tokio::test(start_paused = true)]
async fn what_does_not_finish_within_the_grace_is_cut() {
    let config = ServerConfig {
        request_timeout: Duration::from_hours(1),
        ..ServerConfig::default()
    };
    let mut server = Server::start(config).await;
    server.tasks.spawn("stubborn", std::future::pending());
    let mut client = server.connect().await;
    client.send(get("/hang")).await;
    server.levers.begun.notified().await;
    server.tell_to_stop();
    assert!(client.is_closed().await);
    let report = server.running.await.unwrap();
    assert_eq!((report.cut, report.unfinished_tasks), (1, vec!["stubborn"]));
}

#[tokio::test]
async fn a_second_signal_ends_all_patience() {
    let mut server = Server::start(ServerConfig::default()).await;
    let mut client = server.connect().await;
    client.send(get("/hang")).await;
    server.levers.begun.notified().await;
    server.tell_to_stop();
    server.tell_to_stop_at_once();
    assert!(client.is_closed().await);
    assert_eq!(server.running.await.unwrap().cut, 1);
}

#[tokio::test]
async fn tasks_are_told_after_the_last_request() {
    let mut server = Server::start(ServerConfig::default()).await;
    let mut client = server.connect().await;
    client.send(get("/slow")).await;
    server.levers.begun.notified().await;
    let (tasks, levers) = (server.tasks.clone(), Arc::clone(&server.levers));
    let (told, hears) = oneshot::channel();
    server.tasks.spawn("writer", async move {
        tasks.shutdown_requested().await;
        levers.begun.notify_one();
        told.send(()).unwrap();
    });
    server.tell_to_stop();
    while TcpStream::connect(server.address).await.is_ok() {}
    assert!(server.levers.begun.notified().now_or_never().is_none());
    server.levers.release.notify_one();
    assert_eq!(client.reply().await.body, "slow");
    hears.await.unwrap();
    assert!(server.running.await.unwrap().is_clean());
}
