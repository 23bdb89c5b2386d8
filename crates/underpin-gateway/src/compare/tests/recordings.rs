//! The same for the other recordings: a candidate with ids of its own is right, a spoilt one is not.

use std::collections::BTreeMap;

use super::{Answer, Clock, Session};
use crate::{
    double::{recording, spoil},
    har::Exchange,
    json::{self, Json},
};

const ORIGIN: &str = "http://127.0.0.1:9000";

/// Headers of the transport, and those that tell about the server; a wrong length is noticed.
const UNREAD: [&str; 7] = [
    "connection",
    "date",
    "keep-alive",
    "server",
    "transfer-encoding",
    "x-powered-by",
    "content-length",
];

struct Run {
    session: Session,
    page: Option<String>,
    /// Generated values: the recorded one, and the one that this candidate made.
    made: BTreeMap<String, String>,
}

impl Run {
    fn enter(&mut self, exchange: &Exchange) {
        if self.page != exchange.page {
            self.page.clone_from(&exchange.page);
            self.session.restart();
            self.made.clear();
        }
        let ledger = &mut self.session.ledger;
        ledger.move_origin(&exchange.request.origin, ORIGIN);
    }

    /// The recorded answer as a candidate gives it that makes other ids of the same shape.
    fn answer(&mut self, exchange: &Exchange) -> Answer {
        let recorded = &exchange.response;
        let text = String::from_utf8_lossy(&recorded.body).into_owned();
        let id = json::parse(&text).ok();
        let id = id.as_ref().and_then(|body| body.get("id"));
        if let (Some(Json::Text(id)), false) = (id, exchange.captures.is_empty()) {
            let turned = id.value.chars().rev().collect();
            self.made.insert(id.value.clone(), turned);
        }
        let other = |text: &str| {
            let mut text = text.replace(&exchange.request.origin, ORIGIN);
            for (old, new) in &self.made {
                text = text.replace(old, new);
            }
            text
        };
        let mut body = other(&text).into_bytes();
        if exchange.body_left_out() {
            body = b"something".to_vec();
        }
        let mut headers = Vec::new();
        for (name, value) in &recorded.headers {
            let name = name.to_ascii_lowercase();
            let value = match name.as_str() {
                "content-length" if exchange.request.method != "HEAD" => body.len().to_string(),
                "etag" if other(&text) != text => spoil::weak_tag(&body),
                _ => other(value),
            };
            headers.push((name, value));
        }
        Answer {
            status: recorded.status,
            headers,
            wire_length: body.len() as u64,
            body,
        }
    }
}

/// Some variants change a letter that this answer does not have.
fn is_same(one: &Answer, other: &Answer) -> bool {
    one.status == other.status && one.headers == other.headers && one.body == other.body
}

/// Sends every recorded answer, right and spoilt; gives how many spoilt ones passed for right.
fn missed(name: &str) -> (usize, Vec<String>) {
    let recording = recording(name);
    let mut run = Run {
        session: Session::default(),
        page: None,
        made: BTreeMap::new(),
    };
    let (mut tried, mut missed) = (0, Vec::new());
    for exchange in &recording.exchanges {
        run.enter(exchange);
        let at = exchange.started;
        let clock = Clock {
            recording_began: recording.exchanges[0].started,
            replay_began: recording.exchanges[0].started,
            recorded: at,
            took: exchange.took,
            sent: at,
            answered: at + exchange.took,
            tolerance: 5_000_000,
        };
        let answer = run.answer(exchange);
        let before = run.session.clone();
        let found = run.session.compare(exchange, &answer, clock);
        assert_eq!(found.differences, [], "#{}", exchange.number);
        // Long bodies have thousands of variants, and the same ones again and again.
        if answer.body.len() > 600 && !exchange.number.is_multiple_of(16) {
            continue;
        }
        for (what, spoilt) in spoil::variants(exchange, &answer, at) {
            let unread = what.strip_prefix("header ").is_some_and(|header| {
                let (name, change) = header.split_once(": ").unwrap_or_default();
                UNREAD.contains(&name) && change != "wrong"
            });
            let bodiless = exchange.request.method == "HEAD" || matches!(answer.status, 204 | 304);
            let unseen =
                bodiless && (what.starts_with("body") || what == "header content-length: wrong");
            if unread || unseen || is_same(&spoilt, &answer) {
                continue;
            }
            tried += 1;
            let found = before.clone().compare(exchange, &spoilt, clock);
            if found.differences.is_empty() {
                missed.push(format!("#{} {what}", exchange.number));
            }
        }
    }
    (tried, missed)
}

#[test]
fn wrong_answers_to_json_server_v0_are_flagged() {
    let (tried, missed) = missed("collections/json-server-v0");
    println!("{tried} wrong answers tried");
    assert!(tried > 5_000);
    assert_eq!(missed, [] as [&str; 0]);
}

#[test]
fn wrong_answers_to_json_server_v1_are_flagged() {
    let (tried, missed) = missed("collections/json-server-v1");
    println!("{tried} wrong answers tried");
    assert!(tried > 5_000);
    // Another generated id, where this is its only sighting.
    assert_eq!(missed, ["#138 body: a bit", "#139 body: a bit"]);
}

#[test]
fn wrong_answers_to_patients_are_flagged() {
    let (tried, missed) = missed("patients/patients");
    println!("{tried} wrong answers tried");
    assert!(tried > 5_000);
    assert_eq!(missed, [] as [&str; 0]);
}
