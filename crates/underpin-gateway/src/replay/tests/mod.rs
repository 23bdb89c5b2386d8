//! A whole replay against candidates of many kinds, over the wire.

mod odd;
mod surroundings;

use std::time::Duration;

use super::{Limits, Options, Selection, Target, Template, commands, run};
use crate::{
    compare::{Answer, Layout, Rules},
    double,
    report::{Report, Verdict},
};

fn options(to: &str) -> Options {
    Options {
        to: Some(Target::parse(to).unwrap()),
        limits: Limits {
            time: Duration::from_secs(20),
            size: 1 << 20,
        },
        tolerance: Duration::from_secs(5),
        rules: Rules::default(),
        headers: Vec::new(),
        layout: Layout::Counts,
        strict: false,
        fail_fast: false,
        pace: false,
        selection: Selection::default(),
        create_user: None,
        before: None,
        cli: None,
        start: None,
        jwks_listen: None,
        serve_issuer: false,
    }
}

async fn replay(spoil: impl Fn(usize, &mut Answer) + Send + Sync + 'static) -> Report {
    let (origin, complaints) = double::serve(double::notes(), spoil).await;
    let report = run(double::notes(), &options(&origin), |_| {})
        .await
        .unwrap();
    assert_eq!(complaints.lock().unwrap().as_slice(), &[] as &[String]);
    report
}

#[tokio::test]
async fn a_faithful_backend_matches_in_all_185_exchanges() {
    let report = replay(|_, _| {}).await;
    let wrong: Vec<_> = report
        .outcomes
        .iter()
        .filter(|o| o.verdict != Verdict::Matched)
        .collect();
    let lines: Vec<String> = wrong
        .iter()
        .flat_map(|o| o.differences.iter().map(|d| crate::report::describe(o, d)))
        .collect();
    assert!(wrong.is_empty(), "{lines:#?}");
    assert_eq!(report.outcomes.len(), 185);
}

#[tokio::test]
async fn wrong_answers_are_seen_over_the_wire() {
    let report = replay(|number, answer| match number {
        2 => answer.status = 201,
        5 => answer.body.truncate(10),
        31 => answer.headers.retain(|(name, _)| name != "allow"),
        143 => answer.body[40] ^= 1,
        _ => {}
    })
    .await;
    let wrong = |o: &&crate::report::Outcome| o.verdict == Verdict::Mismatched;
    let numbers: Vec<_> = report
        .outcomes
        .iter()
        .filter(wrong)
        .map(|o| o.exchange.number)
        .collect();
    assert_eq!(numbers, [2, 5, 31, 143]);
}

#[tokio::test]
async fn only_the_selected_are_judged_but_all_before_them_are_sent() {
    let (origin, _) = double::serve(double::notes(), |number, answer| {
        if number == 64 || number == 85 {
            answer.status = 418;
        }
    })
    .await;
    let numbers = Some("85,90".parse().unwrap());
    let selection = Selection {
        numbers,
        ..Selection::default()
    };
    let options = Options {
        selection,
        ..options(&origin)
    };
    let report = run(double::notes(), &options, |_| {}).await.unwrap();
    let totals = report.totals();
    assert_eq!(
        (totals.matched, totals.mismatched, totals.skipped),
        (1, 1, 88)
    );
    let (origin, _) = double::serve(double::notes(), |number, answer| {
        if number >= 64 {
            answer.status = 418;
        }
    })
    .await;
    let options = Options {
        fail_fast: true,
        ..self::options(&origin)
    };
    let report = run(double::notes(), &options, |_| {}).await.unwrap();
    assert_eq!((report.outcomes.len(), report.totals().mismatched), (64, 1));
}

/// A recording of a handful of exchanges.
fn recording(entries: &str, more: &str) -> crate::har::Recording {
    crate::har::from_text(&format!("{{\"log\":{{{more}\"entries\":[{entries}]}}}}")).unwrap()
}

fn entry(extra: &str, request: &str, status: u16, body: &str) -> String {
    let (method, target) = request.split_once(' ').unwrap();
    let text = serde_json::to_string(body).unwrap();
    format!(
        "{{\"startedDateTime\":\"2026-11-21T06:52:18+00:00\",\"time\":1,{extra}\
         \"request\":{{\"method\":\"{method}\",\"url\":\"http://old:1{target}\"}},\
         \"response\":{{\"status\":{status},\"headers\":[{{\"name\":\"Content-Type\",\
         \"value\":\"application/json\"}}],\"content\":{{\"text\":{text}}}}}}}"
    )
}

/// A candidate that answers each request by a function of its method and target.
async fn candidate(answer: fn(&str) -> (u16, String)) -> String {
    use hyper::{Response, server::conn::http1, service::service_fn};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                let auth = request.headers().get("authorization");
                let auth = auth
                    .map(|v| v.to_str().unwrap().to_owned())
                    .unwrap_or_default();
                let (status, body) =
                    answer(&format!("{} {}{auth}", request.method(), request.uri()));
                let response = Response::builder()
                    .status(status)
                    .header("content-type", "application/json")
                    .body(http_body_util::Full::new(bytes::Bytes::from(body)));
                async move { response }
            });
            let io = hyper_util::rt::TokioIo::new(stream);
            tokio::spawn(http1::Builder::new().serve_connection(io, service));
        }
    });
    origin
}

fn verdicts(report: &Report) -> Vec<&Verdict> {
    report
        .outcomes
        .iter()
        .map(|outcome| &outcome.verdict)
        .collect()
}

#[tokio::test]
async fn faults_of_the_original_are_excused_by_name_only() {
    let origin = candidate(|request| match request {
        "GET /a" => (401, r#"{"detail":"no"}"#.to_owned()),
        "GET /c" => (500, String::new()),
        _ => (422, r#"{"detail":[]}"#.to_owned()),
    })
    .await;
    let remark = "\"_tolerate\":\"any 4xx with a detail body is better\",";
    let entries = [
        entry("\"_tags\":[\"bug\"],", "GET /a", 500, "oops"),
        entry("\"_tags\":[\"volatile\"],", "GET /a", 500, "oops"),
        entry(remark, "GET /b", 500, "oops"),
        entry(remark, "GET /c", 501, "oops"),
    ];
    let recording = recording(&entries.join(","), "");
    let report = run(&recording, &options(&origin), |_| {}).await.unwrap();
    let expected = [
        &Verdict::Excused("tag bug".to_owned()),
        &Verdict::Mismatched,
        &Verdict::Excused("tolerated: any 4xx with a detail body is better".to_owned()),
        &Verdict::Mismatched,
    ];
    assert_eq!(verdicts(&report), expected);
    let strict = Options {
        strict: true,
        ..options(&origin)
    };
    let report = run(&recording, &strict, |_| {}).await.unwrap();
    assert_eq!(verdicts(&report), [&Verdict::Mismatched; 4]);
}

#[tokio::test]
async fn requests_of_one_moment_are_compared_as_a_set() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let origin = candidate(|_| {
        let call = CALLS.fetch_add(1, Ordering::SeqCst);
        if call.is_multiple_of(3) {
            (200, "{\"done\":true}".to_owned())
        } else {
            (404, "{}".to_owned())
        }
    })
    .await;
    let tag = "\"_tags\":[\"parallel\"],";
    let lost = entry(tag, "DELETE /x", 404, "{}");
    let won = entry(tag, "DELETE /x", 200, "{\"done\":true}");
    let good = recording(&[lost.clone(), lost.clone(), won.clone()].join(","), "");
    let report = run(&good, &options(&origin), |_| {}).await.unwrap();
    assert_eq!(verdicts(&report), [&Verdict::Matched; 3]);
    let bad = recording(&[won.clone(), won, lost].join(","), "");
    let report = run(&bad, &options(&origin), |_| {}).await.unwrap();
    assert_eq!(report.totals().mismatched, 1);
}

#[tokio::test]
async fn a_captured_id_is_followed_and_checked() {
    let origin = candidate(|request| match request {
        "POST /posts" => (201, "{\"id\":\"Zx9-_aQ\"}".to_owned()),
        "GET /posts/Zx9-_aQ" => (
            200,
            "{\"id\":\"Zx9-_aQ\",\"at\":\"/posts/Zx9-_aQ\"}".to_owned(),
        ),
        "GET /other" => (200, "{\"post_id\":\"pjC3EQA\"}".to_owned()),
        _ => (404, String::new()),
    })
    .await;
    let capture = "\"_captures\":{\"p\":\"$.id\",\"_recorded\":\"pjC3EQA\"},";
    let entries = [
        entry(capture, "POST /posts", 201, "{\"id\":\"pjC3EQA\"}"),
        entry(
            "",
            "GET /posts/pjC3EQA",
            200,
            "{\"id\":\"pjC3EQA\",\"at\":\"/posts/pjC3EQA\"}",
        ),
        entry("", "GET /other", 200, "{\"post_id\":\"pjC3EQA\"}"),
    ];
    let report = run(
        &recording(&entries.join(","), ""),
        &options(&origin),
        |_| {},
    )
    .await
    .unwrap();
    assert_eq!(
        verdicts(&report),
        [&Verdict::Matched, &Verdict::Matched, &Verdict::Mismatched]
    );
}

#[tokio::test]
async fn a_candidate_that_is_not_there_stops_the_replay() {
    let origin = format!("http://{}", surroundings::free_address());
    let error = run(double::notes(), &options(&origin), |_| {})
        .await
        .unwrap_err();
    assert!(
        error.contains("cannot connect") && error.contains("--to"),
        "{error}"
    );
}

#[tokio::test]
async fn slow_and_endless_answers_end() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = [0_u8; 4096];
                let length = stream.read(&mut head).await.unwrap_or(0);
                if head[..length].starts_with(b"GET /endless") {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
                    while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
                }
                tokio::time::sleep(Duration::from_mins(10)).await;
            });
        }
    });
    let entries = [
        entry("", "GET /endless", 200, "{}"),
        entry("", "GET /slow", 200, "{}"),
    ];
    let limits = Limits {
        time: Duration::from_secs(2),
        size: 1 << 20,
    };
    let options = Options {
        limits,
        ..options(&origin)
    };
    let report = run(&recording(&entries.join(","), ""), &options, |_| {})
        .await
        .unwrap();
    let notes: Vec<_> = report
        .outcomes
        .iter()
        .map(|o| o.differences[0].note.as_str())
        .collect();
    assert_eq!(
        notes,
        [
            "the answer is larger than 1048576 bytes",
            "no complete answer within 2 s"
        ]
    );
}

#[test]
fn command_lines_are_split_as_a_shell_does() {
    let words = |line| commands::split(line).unwrap();
    assert_eq!(
        words(r#"a 'b c' "d \" e"f\ g '' "#),
        ["a", "b c", "d \" ef g", ""]
    );
    assert_eq!(words("a $HOME ; b"), ["a", "$HOME", ";", "b"]);
    assert!(commands::split("a 'b").is_err());
    assert!(Template::parse("  ").is_err());
    let template = Template::parse("x {username} --p={password}{other}").unwrap();
    let filled = template.fill(&[("username", "a b"), ("password", "{username}")]);
    assert_eq!(filled, ["x", "a b", "--p={username}{other}"]);
}

#[test]
fn addresses_and_numbers_are_checked() {
    for wrong in [
        "",
        "127.0.0.1:1",
        "https://a",
        "http://",
        "http://a/b",
        "http://a:b",
        "http://u@a",
    ] {
        assert!(Target::parse(wrong).is_err(), "{wrong}");
    }
    assert_eq!(Target::parse("http://a:8/").unwrap().origin(), "http://a:8");
    for wrong in ["", "a", "3-1", "1,", "-2"] {
        assert!(
            wrong.parse::<super::selection::Numbers>().is_err(),
            "{wrong}"
        );
    }
    let numbers = Some("2,4-5".parse().unwrap());
    let selection = Selection {
        numbers,
        ..Selection::default()
    };
    let judged = double::notes()
        .exchanges
        .iter()
        .filter(|e| selection.includes(e));
    assert_eq!(judged.map(|e| e.number).collect::<Vec<_>>(), [2, 4, 5]);
    assert_eq!(selection.last(double::notes()), 5);
}
