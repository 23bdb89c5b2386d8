use proptest::prelude::*;

use super::{Answer, Clock, Comparison, Rules, Session, zip};
use crate::{
    double::{self, Double, spoil},
    har::{self, Exchange, Recording},
};

/// One correct run: each answer, its clock, and what was known before it.
struct Correct {
    recording: &'static Recording,
    answers: Vec<Answer>,
    clocks: Vec<Clock>,
    before: Vec<Session>,
}

fn correct() -> Correct {
    let recording = double::notes();
    let first = recording.exchanges[0].started;
    let began = first + 40 * 86_400_000_000;
    let origin = "http://127.0.0.1:9000";
    let mut double = Double::new(recording, origin, began);
    let mut session = Session::default();
    session.secret = Some(double::SECRET.into());
    session.microseconds = true;
    session
        .ledger
        .move_origin(&recording.exchanges[0].request.origin, origin);
    let (mut answers, mut clocks, mut before) = (Vec::new(), Vec::new(), Vec::new());
    for exchange in &recording.exchanges {
        let sent = began + exchange.started - first;
        let clock = Clock {
            recording_began: first,
            replay_began: began,
            recorded: exchange.started,
            took: exchange.took,
            sent,
            answered: sent + exchange.took,
            tolerance: 5_000_000,
        };
        let answer = double.answer(exchange, sent);
        before.push(session.clone());
        let found = session.compare(exchange, &answer, clock);
        assert_eq!(found.differences, [], "#{}", exchange.number);
        answers.push(answer);
        clocks.push(clock);
    }
    Correct {
        recording,
        answers,
        clocks,
        before,
    }
}

impl Correct {
    fn compare(&self, at: usize, session: &mut Session, answer: &Answer) -> Comparison {
        session.compare(&self.recording.exchanges[at], answer, self.clocks[at])
    }

    /// Whether a wrong answer is noticed, there or when a later answer disagrees with it.
    fn is_flagged(&self, at: usize, spoilt: &Answer) -> bool {
        let mut session = self.before[at].clone();
        if !self
            .compare(at, &mut session, spoilt)
            .differences
            .is_empty()
        {
            return true;
        }
        (at + 1..self.answers.len()).any(|later| {
            !self
                .compare(later, &mut session, &self.answers[later])
                .differences
                .is_empty()
        })
    }
}

/// What nobody could notice: a clock or an id of which this is the only sighting, moved by the
/// smallest step.
const ONLY_SIGHTINGS: [&str; 6] = [
    "#89 .updatedAt text 2026-12-31T06:52:21.062520+00:00",
    "#131 .created_at text 2026-12-31T06:52:10.565413+00:00",
    "#147 .id text note-1798699944322",
    "#159 .created_at text 2026-12-31T06:52:25.239849+00:00",
    "#177 .created_at text 2026-12-31T06:52:26.037681+00:00",
    "#182 .created_at text 2026-12-31T06:52:26.288570+00:00",
];

/// The bits that fill up the last byte of packed data; no reader of an archive sees them.
fn is_filling(what: &str, correct: &Answer) -> bool {
    let at = what
        .strip_prefix("archive byte ")
        .and_then(|at| at.parse::<usize>().ok());
    at.is_some_and(|at| correct.body.get(at + 1..at + 5) == Some(b"PK\x07\x08"))
}

#[test]
fn every_wrong_answer_is_flagged() {
    let run = correct();
    let (mut tried, mut missed) = (0, Vec::new());
    for (at, exchange) in run.recording.exchanges.iter().enumerate() {
        let correct = &run.answers[at];
        for (what, spoilt) in spoil::variants(exchange, correct, run.clocks[at].sent) {
            tried += 1;
            if !run.is_flagged(at, &spoilt) && !is_filling(&what, correct) {
                missed.push(format!("#{} {what}", exchange.number));
            }
        }
    }
    println!("{tried} wrong answers tried");
    assert!(tried >= 500);
    assert_eq!(missed, ONLY_SIGHTINGS);
}

fn exchange(method: &str, target: &str, body: &str) -> Exchange {
    let text = serde_json::to_string(body).unwrap();
    let har = format!(
        "{{\"log\":{{\"entries\":[{{\"startedDateTime\":\"2026-11-21T06:52:18Z\",\"time\":5,\
         \"request\":{{\"method\":\"{method}\",\"url\":\"http://old:1{target}\"}},\
         \"response\":{{\"status\":200,\"headers\":[{{\"name\":\"content-type\",\
         \"value\":\"application/json\"}}],\"content\":{{\"text\":{text}}}}}}}]}}}}"
    );
    har::from_text(&har).unwrap().exchanges.remove(0)
}

/// Compares one answer a day later; says what differs.
fn differences(session: &mut Session, exchange: &Exchange, status: u16, body: &str) -> Vec<String> {
    let answer = Answer {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.into(),
        wire_length: body.len() as u64,
    };
    let sent = exchange.started + 86_400_000_000;
    let clock = Clock {
        recording_began: exchange.started,
        replay_began: sent,
        recorded: exchange.started,
        took: exchange.took,
        sent,
        answered: sent + exchange.took,
        tolerance: 5_000_000,
    };
    let found = session.compare(exchange, &answer, clock);
    found
        .differences
        .into_iter()
        .map(|d| format!("{}: {}", d.place, d.note))
        .collect()
}

fn with_rules(rules: &str) -> Session {
    let today = "2026-11-22".parse().unwrap();
    Session {
        rules: Rules::parse(rules, today).unwrap(),
        ..Session::default()
    }
}

#[test]
fn each_matcher_excuses_its_own_kind_and_nothing_else() {
    for (is, old, good, bad) in [
        ("id", r#""abc1""#, r#""xyz9""#, r#""xyz90""#),
        ("id", "7", "9", "\"9\""),
        (
            "token",
            r#""0123456789abcdef""#,
            r#""fedcba987654321""#,
            r#""""#,
        ),
        ("text", r#""Hi""#, r#"" hI ""#, r#""hi there""#),
        ("set", "[1,2,3]", "[3,1,2]", "[3,1,1]"),
        (
            "set",
            r#"[{"id":"a","n":1},{"id":"b","n":2}]"#,
            r#"[{"id":"b","n":2},{"id":"a","n":1}]"#,
            r#"[{"id":"b","n":1},{"id":"a","n":2}]"#,
        ),
        ("number", "1.0", "1", "1.5"),
        (
            "time",
            r#""2026-11-21T06:52:18Z""#,
            r#""2026-11-22 06:52:20+00:00""#,
            r#""2026-11-23T06:52:18Z""#,
        ),
        (
            "time",
            r#""2025-01-01T00:00:00Z""#,
            r#""2025-01-02T00:00:04Z""#,
            r#""2025-01-03T00:00:00Z""#,
        ),
    ] {
        let exchange = exchange("GET", "/a/b", &format!("{{\"x\":{old}}}"));
        let rules = format!("[[rule]]\nat=\"$.x\"\nis=\"{is}\"\nreason=\"because\"");
        let compare = |rules: &str, new: &str| {
            differences(
                &mut with_rules(rules),
                &exchange,
                200,
                &format!("{{\"x\":{new}}}"),
            )
        };
        assert_eq!(compare(&rules, good), [] as [&str; 0], "{is} {good}");
        assert_ne!(compare(&rules, bad), [] as [&str; 0], "{is} {bad}");
        assert_ne!(compare("", good), [] as [&str; 0], "no rule: {is} {good}");
        let elsewhere = rules.replace("reason", "path=\"/a/*/c\"\nreason");
        assert_ne!(compare(&elsewhere, good), [] as [&str; 0], "{is} elsewhere");
        let other = rules.replace("reason", "method=\"PUT\"\nreason");
        assert_ne!(
            compare(&other, good),
            [] as [&str; 0],
            "{is} by another method"
        );
        assert_eq!(
            compare(&rules.replace("reason", "path=\"/a/**\"\nreason"), good),
            [] as [&str; 0]
        );
    }
}

#[test]
fn absent_null_any_headers_and_statuses_have_rules() {
    let exchange = exchange("GET", "/", r#"{"a":null,"b":1}"#);
    let rule = "[[rule]]\nat=\"$.a\"\nis=\"absent_is_null\"\nreason=\"because\"";
    assert_eq!(
        differences(&mut with_rules(rule), &exchange, 200, r#"{"b":1}"#),
        [] as [&str; 0]
    );
    assert_ne!(
        differences(&mut with_rules(rule), &exchange, 200, r#"{"a":null}"#),
        [] as [&str; 0]
    );
    let rule = "[[rule]]\nat=\"$.b\"\nis=\"any\"\nsince=\"2026-11-20\"\nreason=\"because\"";
    let mut session = with_rules(rule);
    assert_eq!(session.rules.unused(), ["because"]);
    assert_eq!(
        differences(&mut session, &exchange, 200, r#"{"a":null,"b":[]}"#),
        [] as [&str; 0]
    );
    assert_eq!(session.rules.unused(), [] as [&str; 0]);
    let rule = "[[rule]]\nstatus=[201, 204]\nreason=\"because\"";
    let body = r#"{"a":null,"b":1}"#;
    assert_eq!(
        differences(&mut with_rules(rule), &exchange, 204, body),
        [] as [&str; 0]
    );
    assert_eq!(
        differences(&mut with_rules(rule), &exchange, 202, body),
        ["status: "]
    );
    let mut recorded = exchange.clone();
    recorded
        .response
        .headers
        .push(("ETag".to_owned(), "\"1\"".to_owned()));
    assert_eq!(
        differences(&mut with_rules(""), &recorded, 200, body),
        ["header etag: missing"]
    );
    let rule = "[[rule]]\nheader=\"ETag\"\nis=\"any\"\nsince=\"2026-11-20\"\nreason=\"because\"";
    assert_eq!(
        differences(&mut with_rules(rule), &recorded, 200, body),
        [] as [&str; 0]
    );
}

#[test]
fn a_rule_that_cannot_be_understood_is_refused_with_its_line() {
    let today = "2026-11-22".parse().unwrap();
    for (rule, complaint) in [
        ("[[rule]]\nat=\"$\"\nis=\"id\"", "missing field `reason`"),
        (
            "\n[[rule]]\nat=\"$\"\nis=\"id\"\nreason=\" \"",
            "line 2: the reason is empty",
        ),
        ("[[rule]]\nat=\"$\"\nis=\"roughly\"\nreason=\"r\"", "line 3"),
        (
            "[[rule]]\nat=\"$\"\nis=\"id\"\nwhere=1\nreason=\"r\"",
            "unknown field `where`",
        ),
        ("[[rules]]\nat=\"$\"", "unknown field `rules`"),
        (
            "[[rule]]\nat=\"a\"\nis=\"id\"\nreason=\"r\"",
            "a place starts with `$`",
        ),
        ("[[rule]]\nis=\"id\"\nreason=\"r\"", "exactly one of"),
        ("[[rule]]\nat=\"$\"\nreason=\"r\"", "`is` is missing"),
        (
            "[[rule]]\nat=\"$\"\nis=\"any\"\nreason=\"r\"",
            "needs `since",
        ),
        (
            "[[rule]]\nat=\"$\"\nis=\"any\"\nsince=\"2026-10-01\"\nreason=\"r\"",
            "has expired",
        ),
        (
            "[[rule]]\nat=\"$\"\nis=\"any\"\nsince=\"soon\"\nreason=\"r\"",
            "is no date",
        ),
        (
            "[[rule]]\nheader=\"a\"\nis=\"id\"\nreason=\"r\"",
            "a header rule says",
        ),
        ("[[rule]", "line 1"),
    ] {
        let error = Rules::parse(rule, today).unwrap_err();
        assert!(error.contains(complaint), "{rule}\n{error}");
    }
}

#[test]
fn cookies_are_compared_by_name_shape_and_attributes() {
    let old = "sid=MTc5NTI0NXxEWDhFQVFMX2dB; Path=/; HttpOnly; Max-Age=60; SameSite=Lax";
    let mut recorded = exchange("GET", "/", "{}");
    recorded
        .response
        .headers
        .push(("Set-Cookie".to_owned(), old.to_owned()));
    let compare = |new: &str| {
        let headers = [("content-type", "application/json"), ("set-cookie", new)];
        let headers = headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        let answer = Answer {
            status: 200,
            headers,
            body: b"{}".to_vec(),
            wire_length: 2,
        };
        let at = recorded.started;
        let clock = Clock {
            recording_began: at,
            replay_began: at,
            recorded: at,
            took: 0,
            sent: at,
            answered: at,
            tolerance: 5_000_000,
        };
        let mut session = Session::default();
        let differences = session.compare(&recorded, &answer, clock).differences;
        (
            differences.len(),
            session
                .ledger
                .rewrite("Cookie: sid=MTc5NTI0NXxEWDhFQVFMX2dB; a=b"),
        )
    };
    let fresh = "sid=MTc5NTMzMXxEWDhFQVFMX2dC; path=/; Max-Age=60; HttpOnly; samesite=lax";
    assert_eq!(
        compare(fresh),
        (0, "Cookie: sid=MTc5NTMzMXxEWDhFQVFMX2dC; a=b".to_owned())
    );
    for (from, to) in [
        ("sid=", "id="),
        ("MTc5NTMzMXxEWDhFQVFMX2dC", ""),
        ("MTc5NTMzMXxEWDhFQVFMX2dC", "x"),
        ("; HttpOnly", ""),
        ("; HttpOnly", "; HttpOnly; Secure"),
        ("Max-Age=60", "Max-Age=61"),
        ("samesite=lax", "samesite=strict"),
        ("path=/", "path=/a"),
    ] {
        assert_eq!(compare(&fresh.replace(from, to)).0, 1, "{to}");
    }
}

#[test]
fn what_the_client_chose_is_not_generated() {
    let mut recorded = exchange(
        "POST",
        "/x",
        r#"{"id":"pjC3EQA7","at":"2026-11-21T06:52:18Z"}"#,
    );
    let fresh = r#"{"id":"Zx3Nxps9","at":"2026-11-22T06:52:18Z"}"#;
    assert_eq!(
        differences(&mut Session::default(), &recorded, 200, fresh),
        [] as [&str; 0]
    );
    recorded.request.body = recorded.response.body.clone();
    assert_eq!(
        differences(&mut Session::default(), &recorded, 200, fresh).len(),
        2
    );
    let same = String::from_utf8(recorded.response.body.clone()).unwrap();
    assert_eq!(
        differences(&mut Session::default(), &recorded, 200, &same),
        [] as [&str; 0]
    );
}

proptest! {
    #[test]
    fn no_rules_file_makes_it_panic(text in "(\\[\\[rule\\]\\]\n)?((at|is|reason|since|status|path)=[\"$.a-z\\[\\]*0-9'-]{0,12}\n){0,5}") {
        let _ = Rules::parse(&text, "2026-11-22".parse().unwrap());
    }

    #[test]
    fn no_answer_makes_it_panic(old in any::<String>(), new in any::<Vec<u8>>(), status in any::<u16>()) {
        let mut session = Session::default();
        let recorded = exchange("GET", "/", &old);
        let _ = differences(&mut session, &recorded, status, &String::from_utf8_lossy(&new));
        let _ = zip::is_archive(&new);
    }

    #[test]
    fn no_archive_makes_it_panic(at in 0_usize..3000, byte in any::<u8>(), cut in 0_usize..3000) {
        let recorded = &double::notes().exchanges[141];
        let mut body = recorded.response.body.clone();
        let length = body.len();
        body[at % length] = byte;
        body.truncate(length - cut % length / 50);
        let text: Vec<u8> = body;
        let answer = Answer { status: 200, body: text, ..Answer::default() };
        let at = recorded.started;
        let clock = Clock { recording_began: at, replay_began: at, recorded: at, took: 0, sent: at, answered: at, tolerance: 0 };
        let _ = Session::default().compare(recorded, &answer, clock);
    }
}
