//! Tests of what is seldom sent: targets that no standard allows, shortened bodies, scenarios left out.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{candidate, entry, options, recording, verdicts};
use crate::{
    compare::Rules,
    replay::{Options, Selection, run},
    report::Verdict,
};

/// A server that keeps the requests as they came over the wire and answers `reply`.
async fn listener(reply: &'static [u8]) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = seen.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut text = Vec::new();
            let mut buffer = [0; 4096];
            while !text.windows(4).any(|end| end == b"\r\n\r\n") {
                let length = stream.read(&mut buffer).await.unwrap();
                text.extend_from_slice(&buffer[..length]);
            }
            let text = String::from_utf8_lossy(&text).into_owned();
            kept.lock().unwrap().push(text);
            stream.write_all(reply).await.unwrap();
        }
    });
    (origin, seen)
}

#[tokio::test]
async fn odd_targets_methods_and_hosts_go_out_as_recorded() {
    let reply = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    let (origin, seen) = listener(reply).await;
    let sent = [
        ("GET", "http://old:1/donn\u{e9}es/<1>?q=a b"),
        ("propfind", "http://old:1/a|b^c"),
        ("GET", "/x{y}\\\\z"),
    ];
    let entries = sent.map(|(method, url)| {
        entry("", "GET /", 200, "{}")
            .replace("http://old:1/", url)
            .replace("\"GET\"", &format!("\"{method}\""))
    });
    let mut recording = recording(&entries.join(","), "");
    let host = ("Host".to_owned(), "shop.example".to_owned());
    recording.exchanges[1].request.headers.push(host);
    let report = run(&recording, &options(&origin), |_| {}).await.unwrap();
    assert_eq!(verdicts(&report), [&Verdict::Matched; 3]);
    let authority = origin.trim_start_matches("http://").to_owned();
    let seen = seen.lock().unwrap();
    for (request, (line, host)) in seen.iter().zip([
        ("GET /donn\u{e9}es/<1>?q=a b HTTP/1.1", authority.as_str()),
        ("propfind /a|b^c HTTP/1.1", "shop.example"),
        ("GET /x{y}\\z HTTP/1.1", authority.as_str()),
    ]) {
        assert_eq!(request.lines().next(), Some(line));
        let host = format!("host: {host}");
        assert!(request.lines().any(|own| own == host), "{request}");
        assert_eq!(request.matches("HTTP/1.1").count(), 1, "{request}");
    }
}

#[tokio::test]
async fn brotli_is_unpacked() {
    // `{"a":1}` as `brotli -c` packs it.
    let reply = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: br\r\n\
        content-length: 11\r\n\r\n\x0b\x03\x80{\"a\":1}\x03";
    let (origin, _) = listener(reply).await;
    let mut recording = recording(&entry("", "GET /", 200, "{\"a\":1}"), "");
    let encoding = ("Content-Encoding".to_owned(), "br".to_owned());
    recording.exchanges[0].response.headers.push(encoding);
    let report = run(&recording, &options(&origin), |_| {}).await.unwrap();
    assert_eq!(
        verdicts(&report),
        [&Verdict::Matched],
        "{:?}",
        report.outcomes[0].differences
    );
    recording.exchanges[0].response.headers.pop();
    let report = run(&recording, &options(&origin), |_| {}).await.unwrap();
    assert_eq!(verdicts(&report), [&Verdict::Mismatched], "not asked for");
}

#[tokio::test]
async fn a_shortened_body_is_rebuilt_or_its_request_is_not_sent() {
    let reply = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    let (origin, seen) = listener(reply).await;
    let entries = [
        entry("\"_textShortened\":\"'ab' * 2\",", "POST /a", 200, "{}"),
        entry("\"_textShortened\":\"very long\",", "POST /b", 200, "{}"),
    ];
    let recording = recording(&entries.join(","), "");
    let report = run(&recording, &options(&origin), |_| {}).await.unwrap();
    assert_eq!(report.outcomes[0].verdict, Verdict::Matched);
    let Verdict::Skipped(why) = &report.outcomes[1].verdict else {
        panic!("{:?}", report.outcomes[1].verdict);
    };
    assert!(why.contains("very long"), "{why}");
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].contains("content-length: 4"), "{}", seen[0]);
}

const RULES: &str = r#"
        [[mended]]
        path = "/a?x=%5B"
        was = 500
        now = 400
        reason = "pattern"
        [[mended]]
        path = "/b"
        page = "one"
        was = 200
        now = 200
        body = "[ 1 ]"
        reason = "found"
        [[mended]]
        path = "/c"
        was = 500
        now = 404
        reason = "never"
        [[left_out]]
        page = "two"
        reason = "JavaScript"
        [[out_of_scope]]
        path = "/chat/**"
        reason = "chat"
    "#;

#[tokio::test]
async fn whole_exchanges_and_scenarios_are_excused_by_rules_only() {
    let origin = candidate(|request| match request {
        "GET /a?x=%5B" => (400, r#"{"error":"pattern"}"#.to_owned()),
        "GET /a?x=1" => (500, String::new()),
        "GET /b" => (200, "[1]".to_owned()),
        _ => (200, "{}".to_owned()),
    })
    .await;
    let at = |page: &str, request: &str, status, body: &str| {
        entry(&format!("\"pageref\":\"{page}\","), request, status, body)
    };
    let entries = [
        at("one", "GET /a?x=%5B", 500, "oops"),
        at("one", "GET /a?x=1", 500, "oops"),
        at("one", "GET /b", 200, "[]"),
        at("two", "GET /b", 200, "[]"),
        at("three", "GET /c", 200, "{}"),
        at("three", "GET /chat/1", 200, "{}"),
    ];
    let pages = "\"pages\":[{\"id\":\"one\"},{\"id\":\"two\"},{\"id\":\"three\"}],";
    let recording = recording(&entries.join(","), pages);
    let today = "2026-11-22".parse().unwrap();
    let options = Options {
        rules: Rules::parse(RULES, today).unwrap(),
        ..options(&origin)
    };
    let report = run(&recording, &options, |_| {}).await.unwrap();
    let expected = [
        &Verdict::Excused("rule: pattern".to_owned()),
        &Verdict::Mismatched,
        &Verdict::Excused("rule: found".to_owned()),
        &Verdict::Skipped("rule: JavaScript".to_owned()),
        &Verdict::Matched,
        &Verdict::Skipped("out of scope: chat".to_owned()),
    ];
    assert_eq!(verdicts(&report), expected);
    assert_eq!(
        (report.under_rules(), report.unused_rules),
        (3, vec!["never".to_owned()])
    );
    let asked = Options {
        selection: Selection {
            pages: vec!["three".to_owned()],
            ..Selection::default()
        },
        ..options
    };
    let report = run(&recording, &asked, |_| {}).await.unwrap();
    assert_eq!((report.totals().skipped, report.totals().matched), (5, 1));
}

#[test]
fn a_rule_about_exchanges_says_what_is_right_and_why() {
    let today = "2026-11-22".parse().unwrap();
    for wrong in [
        "[[mended]]\npath=\"/\"\nwas=200\nnow=200\nreason=\"x\"",
        "[[mended]]\npath=\"/\"\nwas=200\nnow=500\nreason=\"x\"",
        "[[mended]]\npath=\"/\"\nwas=500\nnow=400\nreason=\" \"",
        "[[left_out]]\npage=\"x\"\nreason=\"\"",
        "[[out_of_scope]]\nreason=\"x\"",
    ] {
        let error = Rules::parse(wrong, today).unwrap_err();
        assert!(error.starts_with("line 1: "), "{error}");
    }
}
