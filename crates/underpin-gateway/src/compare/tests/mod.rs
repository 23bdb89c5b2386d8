//! Every wrong answer must be flagged, and no right one.

mod recordings;
mod rules;

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
    let secret = Some(double::SECRET.into());
    let mut session = Session {
        secret,
        fractions: [6].into(),
        ..Session::default()
    };
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

#[test]
fn the_format_of_times_is_that_of_the_recording() {
    let compare = |seen: &[usize], old: &str, new: &[&str]| -> Vec<usize> {
        let mut session = Session {
            fractions: seen.iter().copied().collect(),
            ..Session::default()
        };
        let recorded = exchange(
            "GET",
            "/",
            &format!("{{\"at\":\"2026-11-21T06:52:18{old}\"}}"),
        );
        let answer = |new: &&str| format!("{{\"at\":\"2026-11-22T06:52:18{new}\"}}");
        let answers = new.iter().map(answer);
        answers
            .map(|body| differences(&mut session, &recorded, 200, &body).len())
            .collect()
    };
    let news = [".123456Z", ".5Z", "Z", ".120Z", ".123456+00:00"];
    assert_eq!(compare(&[6], ".654321Z", &news), [0, 1, 0, 1, 1]);
    assert_eq!(compare(&[0, 6], "Z", &news), [0, 1, 0, 1, 1]);
    assert_eq!(compare(&[0], "Z", &news), [1, 1, 0, 1, 1]);
    assert_eq!(compare(&[3], ".321Z", &news), [1, 1, 1, 0, 1]);
    assert_eq!(
        compare(&[4, 5, 6], ".65432Z", &news),
        [0, 0, 0, 1, 1],
        "zeros are left out"
    );
    let mut session = Session {
        fractions: [6].into(),
        ..Session::default()
    };
    let recorded = exchange("GET", "/", "{\"at\":\"2026-11-21T06:52:18.654321Z\"}");
    let mut twice = ["18Z", "19Z"].map(|second| {
        let body = format!("{{\"at\":\"2026-11-22T06:52:{second}\"}}");
        differences(&mut session, &recorded, 200, &body).len()
    });
    twice.sort_unstable();
    assert_eq!(
        twice,
        [0, 1],
        "a fraction that is always left out is a fault"
    );
}

#[test]
fn a_token_that_was_sent_comes_back_as_sent_or_new() {
    let claims = |exp: i64| format!("{{\"sub\":\"a\",\"exp\":{exp},\"type\":\"refresh\"}}");
    let head = r#"{"alg":"HS256","typ":"JWT"}"#;
    let start = 1_795_243_938;
    let token = |exp| double::sign(head, &claims(exp), double::SECRET);
    let (old, new) = (token(start + 60), token(start + 86_400 + 60));
    let login = exchange("POST", "/login", &format!("{{\"t\":\"{old}\"}}"));
    let known = || {
        let mut session = Session::default();
        let body = format!("{{\"t\":\"{new}\"}}");
        assert_eq!(
            differences(&mut session, &login, 200, &body),
            [] as [&str; 0]
        );
        session
    };
    let echo = |sent: &str, status: u16| {
        let mut echo = exchange("POST", "/refresh", &format!("{{\"input\":\"{sent}\"}}"));
        echo.request.body = format!("{{\"x\":\"{sent}\"}}").into();
        echo.response.status = status;
        echo
    };
    let answer = |token: &str| format!("{{\"input\":\"{token}\"}}");
    let newer = token(start + 86_400 + 61);
    let refreshed = |token: &str| differences(&mut known(), &echo(&old, 200), 200, &answer(token));
    assert_eq!(refreshed(&new), [] as [&str; 0]);
    assert_eq!(refreshed(&newer), [] as [&str; 0], "a second later");
    let refused = |token: &str| differences(&mut known(), &echo(&old, 422), 422, &answer(token));
    assert_eq!(refused(&new), [] as [&str; 0]);
    assert_eq!(refused(&newer).len(), 1, "not the one that was sent");
    let (spoilt_old, spoilt_new) = (
        format!("{old}x"),
        new.rsplit_once('.').unwrap().0.to_owned(),
    );
    let seal = spoilt_old.rsplit('.').next().unwrap();
    let spoilt = format!("{spoilt_new}.{seal}");
    let body = differences(&mut known(), &echo(&spoilt_old, 422), 422, &answer(&spoilt));
    assert_eq!(
        body,
        [] as [&str; 0],
        "a spoilt token keeps the candidate's claims"
    );
}

#[test]
fn an_id_in_a_token_of_the_client_is_the_clients() {
    let id = "eTLgcckbCWgv08NrtIS7NSmxNXDz5oO7";
    let token = double::sign("{\"alg\":\"EdDSA\"}", &format!("{{\"sub\":\"{id}\"}}"), "x");
    let mut recorded = exchange("GET", "/x", &format!("{{\"user_id\":\"{id}\"}}"));
    let other = r#"{"user_id":"CzmzYMwhls05ovEIFreMeb10dYS7EdLJ"}"#;
    assert_eq!(
        differences(&mut Session::default(), &recorded, 200, other),
        [] as [&str; 0]
    );
    recorded
        .request
        .headers
        .push(("Authorization".to_owned(), format!("Bearer {token}")));
    assert_eq!(
        differences(&mut Session::default(), &recorded, 200, other),
        ["$.user_id: "]
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
