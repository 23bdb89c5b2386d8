//! Every way we could think of to make a correct answer wrong. Each variant differs in one thing.

mod archive;
mod document;
mod text;

use base64::Engine;

use self::{archive::archives, document::values};
use crate::{compare::Answer, har::Exchange, json};

/// A wrong answer, and what is wrong with it.
pub type Spoilt = (String, Answer);

/// All wrong variants of the correct `answer` to `exchange`, given at `now`.
pub fn variants(exchange: &Exchange, answer: &Answer, now: i64) -> Vec<Spoilt> {
    let mut all = statuses(answer);
    all.extend(headers(exchange, answer));
    if exchange.body_left_out() {
        all.push(("body: emptied".to_owned(), with_body(answer, Vec::new())));
        return all;
    }
    if answer.body.starts_with(b"PK") {
        all.extend(archives(answer, now));
        return all;
    }
    all.extend(bytes(answer));
    if let Ok(document) = json::parse(&String::from_utf8_lossy(&answer.body)) {
        let free = exchange.has_tag("seed-text");
        for (what, value) in values(&document, exchange.has_tag("order"), free) {
            all.push((what, with_body(answer, value.to_compact().into_bytes())));
        }
    }
    all
}

/// The entity tag that Express gives a body.
pub fn weak_tag(body: &[u8]) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, body);
    let hash = base64::engine::general_purpose::STANDARD.encode(hash.as_ref());
    format!("W/\"{:x}-{}\"", body.len(), &hash[..27])
}

fn with_body(answer: &Answer, body: Vec<u8>) -> Answer {
    let mut spoilt = answer.clone();
    spoilt.wire_length = body.len() as u64;
    for (name, value) in &mut spoilt.headers {
        if name == "content-length" {
            *value = body.len().to_string();
        }
    }
    spoilt.body = body;
    spoilt
}

fn statuses(answer: &Answer) -> Vec<Spoilt> {
    [answer.status + 1, 500]
        .map(|status| {
            (
                format!("status {status}"),
                Answer {
                    status,
                    ..answer.clone()
                },
            )
        })
        .to_vec()
}

fn headers(exchange: &Exchange, answer: &Answer) -> Vec<Spoilt> {
    let mut all = Vec::new();
    let unread = [
        "date",
        "server",
        "content-length",
        "connection",
        "keep-alive",
    ];
    for (at, (name, value)) in answer.headers.iter().enumerate() {
        let left_out = exchange.body_left_out() && name != "content-type";
        if unread.contains(&name.as_str()) || left_out {
            continue;
        }
        let mut dropped = answer.clone();
        dropped.headers.remove(at);
        all.push((format!("header {name}: dropped"), dropped));
        for changed in [
            format!("{value}x"),
            value.to_uppercase() + "?",
            String::new(),
        ] {
            let mut spoilt = answer.clone();
            spoilt.headers[at].1.clone_from(&changed);
            all.push((format!("header {name}: {changed}"), spoilt));
        }
    }
    let at = answer
        .headers
        .iter()
        .position(|(name, _)| name == "content-length");
    if let Some(at) = at {
        let mut length = answer.clone();
        length.headers[at].1 = "7777".to_owned();
        all.push(("header content-length: wrong".to_owned(), length));
    }
    let added = [
        ("cache-control", "no-store"),
        ("set-cookie", "session=1; Path=/"),
        ("www-authenticate", "Basic"),
        ("access-control-allow-origin", "*"),
        ("location", "/elsewhere"),
        ("etag", "\"x\""),
        ("vary", "Cookie"),
    ];
    for (name, value) in added.into_iter().filter(|_| !exchange.body_left_out()) {
        let mut spoilt = answer.clone();
        spoilt.headers.push((name.to_owned(), value.to_owned()));
        all.push((format!("header {name}: added"), spoilt));
    }
    all
}

fn bytes(answer: &Answer) -> Vec<Spoilt> {
    let body = &answer.body;
    let mut all = vec![
        (
            "body: more at the end".to_owned(),
            [body, &b"x"[..]].concat(),
        ),
        (
            "body: a blank at the end".to_owned(),
            [body, &b" "[..]].concat(),
        ),
        ("body: not UTF-8".to_owned(), [body, &b"\xff"[..]].concat()),
    ];
    if !body.is_empty() {
        all.push(("body: emptied".to_owned(), Vec::new()));
        all.push(("body: cut".to_owned(), body[..body.len() - 1].to_vec()));
        let mut flipped = body.clone();
        flipped[body.len() / 2] ^= 1;
        all.push(("body: a bit".to_owned(), flipped));
        let text = String::from_utf8_lossy(body);
        if text.contains("\":") {
            all.push((
                "body: blanks".to_owned(),
                text.replace("\":", "\": ").into_bytes(),
            ));
            all.push((
                "body: escapes".to_owned(),
                text.replacen('e', "\\u0065", 1).into_bytes(),
            ));
        }
    }
    all.into_iter()
        .map(|(what, body)| (what, with_body(answer, body)))
        .collect()
}
