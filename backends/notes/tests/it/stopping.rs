//! SIGTERM: what was accepted is finished, nothing new is taken, and the exit code is 0.

use std::{
    io::{Cursor, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use tokio::{
    task::{JoinSet, block_in_place},
    time::{sleep, timeout},
};
use underpin::{db::Engine, http::Method, testing::RunningProgram};
use zip::ZipArchive;

use crate::setup::{fill, number, token, with_users};

/// Their archive is about 25 MB: more than sockets hold, so that it waits for its reader.
const NOTES: usize = 5_000;

#[underpin::test]
async fn an_export_under_way_is_finished(engine: Engine) {
    let (db, program) = with_users(engine, &["anna"]).await;
    fill(&db, NOTES).await;
    let running = program.serve().await;
    let mut export = begin_export(&running);
    running.ask_to_stop();
    let refused = timeout(Duration::from_mins(1), async {
        while TcpStream::connect(running.address()).is_ok() {
            sleep(Duration::from_millis(10)).await;
        }
    });
    assert!(refused.await.is_ok(), "new connections are still taken");
    let mut archive = Vec::new();
    block_in_place(|| export.read_to_end(&mut archive)).unwrap();
    let archive = ZipArchive::new(Cursor::new(archive)).unwrap();
    assert_eq!(archive.len(), NOTES + 1);
    let finished = running.finished().await;
    assert_eq!(finished.code, Some(0), "{}", finished.errors);
    let last = finished.errors.lines().last().unwrap();
    assert!(
        last.ends_with("stopped; everything that was begun was finished"),
        "{last}"
    );
}

/// An export of which only the head was read. HTTP/1.0, so that the rest is the archive and nothing else.
fn begin_export(running: &RunningProgram) -> TcpStream {
    let mut stream = TcpStream::connect(running.address()).unwrap();
    let token = token("anna");
    write!(
        stream,
        "GET /api/settings/export-notes HTTP/1.0\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
    .unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap();
    assert!(
        head.starts_with("HTTP/1.0 200") || head.starts_with("HTTP/1.1 200"),
        "{head}"
    );
    stream
}

#[underpin::test]
async fn notes_being_created_are_acknowledged_or_refused(engine: Engine) {
    let (db, program) = with_users(engine, &["anna"]).await;
    let running = program.serve().await;
    let mut writers = JoinSet::new();
    for _ in 0..16 {
        let anna = running.bearer(&token("anna"));
        writers.spawn(async move {
            let body = serde_json::json!({ "content": "# A note" });
            let mut created = 0;
            while let Ok(reply) = anna.send(Method::POST, "/api/notes/", Some(&body)).await {
                reply.expect_status(200);
                created += 1;
            }
            created
        });
    }
    while number(&db, "SELECT count(*) FROM notes").await < 100 {
        sleep(Duration::from_millis(5)).await;
    }
    running.ask_to_stop();
    let created: i64 = writers.join_all().await.iter().sum();
    let finished = running.finished().await;
    assert_eq!(finished.code, Some(0), "{}", finished.errors);
    // Here each one that was written was also acknowledged: none was cut off.
    assert_eq!(number(&db, "SELECT count(*) FROM notes").await, created);
}
