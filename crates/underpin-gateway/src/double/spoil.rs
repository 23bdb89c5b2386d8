//! Every way we could think of to make a correct answer wrong. Each variant differs in one thing.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{File, SECRET, pack, sign, unpack};
use crate::{
    compare::Answer,
    har::Exchange,
    json::{self, Json, Text},
};

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

fn text(value: &str) -> Text {
    let quoted = serde_json::to_string(value).unwrap();
    Text {
        value: value.to_owned(),
        written: quoted[1..quoted.len() - 1].to_owned(),
    }
}

fn string(value: impl AsRef<str>) -> Json {
    Json::Text(text(value.as_ref()))
}

/// Every variant of `value` with one change anywhere in it.
fn values(value: &Json, unordered: bool, free: bool) -> Vec<(String, Json)> {
    let mut all: Vec<(String, Json)> = match value {
        Json::Null => vec![
            string("null"),
            Json::Bool(false),
            Json::Number("0".to_owned()),
        ]
        .into_iter()
        .map(|v| ("null retyped".to_owned(), v))
        .collect(),
        Json::Bool(b) => vec![("negated".to_owned(), Json::Bool(!b))],
        Json::Number(n) => ["1", ".0", "e0"]
            .map(|end| {
                (
                    format!("number {n}{end}"),
                    Json::Number(format!("{n}{end}")),
                )
            })
            .into_iter()
            .chain([
                ("number as text".to_owned(), string(n)),
                ("nulled".to_owned(), Json::Null),
            ])
            .collect(),
        Json::Text(t) => strings(&t.value, free),
        Json::Array(items) => arrays(items, unordered),
        Json::Object(members) => objects(members),
    };
    for (at, item) in value.items().iter().enumerate() {
        for (what, changed) in values(item, unordered, free) {
            let mut items = value.items().to_vec();
            items[at] = changed;
            all.push((format!("[{at}] {what}"), Json::Array(items)));
        }
    }
    for (at, (key, member)) in value.members().iter().enumerate() {
        let free = free && key.value == "content";
        for (what, changed) in values(member, unordered, free) {
            let mut members = value.members().to_vec();
            members[at].1 = changed;
            all.push((format!(".{} {what}", key.value), Json::Object(members)));
        }
    }
    all
}

fn arrays(items: &[Json], unordered: bool) -> Vec<(String, Json)> {
    let mut all = vec![("array nulled".to_owned(), Json::Null)];
    let added = [items, &[items.last().cloned().unwrap_or(Json::Null)]].concat();
    all.push(("item added".to_owned(), Json::Array(added)));
    if let Some((_, rest)) = items.split_first() {
        all.push(("item dropped".to_owned(), Json::Array(rest.to_vec())));
        let turned: Vec<Json> = items.iter().rev().cloned().collect();
        if turned != items && !unordered {
            all.push(("items reversed".to_owned(), Json::Array(turned)));
        }
    }
    all
}

fn objects(members: &[(Text, Json)]) -> Vec<(String, Json)> {
    let mut all = vec![
        ("object nulled".to_owned(), Json::Null),
        (
            "object wrapped".to_owned(),
            Json::Array(vec![Json::Object(members.to_vec())]),
        ),
    ];
    let extra = (text("extra"), Json::Null);
    let added = [members, &[extra]].concat();
    all.push(("member added".to_owned(), Json::Object(added)));
    for (at, (key, value)) in members.iter().enumerate() {
        let mut dropped = members.to_vec();
        dropped.remove(at);
        all.push((format!("{} dropped", key.value), Json::Object(dropped)));
        let mut renamed = members.to_vec();
        renamed[at].0 = text(&format!("{}_", key.value));
        all.push((format!("{} renamed", key.value), Json::Object(renamed)));
        let twice = [members, &[(key.clone(), value.clone())]].concat();
        all.push((format!("{} twice", key.value), Json::Object(twice)));
        if at > 0 {
            let mut moved = members.to_vec();
            moved.swap(at, at - 1);
            all.push((format!("{} moved", key.value), Json::Object(moved)));
        }
    }
    all
}

fn strings(value: &str, free: bool) -> Vec<(String, Json)> {
    let mut all = vec![
        ("text nulled".to_owned(), Json::Null),
        ("text as array".to_owned(), Json::Array(vec![string(value)])),
        ("text as number".to_owned(), Json::Number("1".to_owned())),
    ];
    if !value.is_empty() {
        all.push(("text emptied".to_owned(), string("")));
    }
    let mut changed: Vec<String> = Vec::new();
    if !free {
        changed.push(format!("{value}x"));
        changed.push(format!(" {value}"));
        changed.push(value.to_uppercase());
        changed.push(value.chars().rev().collect());
    }
    changed.extend(times(value));
    changed.extend(ids(value));
    changed.extend(tokens(value));
    changed.retain(|other| other != value);
    all.extend(
        changed
            .into_iter()
            .map(|other| (format!("text {other}"), string(other))),
    );
    all
}

fn times(value: &str) -> Vec<String> {
    let Some(plain) = value.strip_suffix("+00:00") else {
        return Vec::new();
    };
    let (seconds, fraction) = plain.split_once('.').unwrap_or((plain, "000000"));
    let year: i32 = value[..4].parse().unwrap();
    let micros: u32 = fraction.parse().unwrap();
    let next = (micros + 1) % 1_000_000;
    vec![
        format!("{plain}Z"),
        plain.to_owned(),
        format!("{plain}+0000"),
        format!("{plain}+01:00"),
        format!("{seconds}.{}+00:00", &fraction[..3]),
        format!("{seconds}.{fraction}000+00:00"),
        format!("{}{}", year - 1, &value[4..]),
        format!("{}{}", year + 1, &value[4..]),
        value.replace('T', " "),
        value[..10].to_owned(),
        "1970-01-01T00:00:00.000000+00:00".to_owned(),
        "2026-11-21T06:52:20.735178+00:00".to_owned(),
        format!("{seconds}.{next:06}+00:00"),
    ]
}

fn ids(value: &str) -> Vec<String> {
    let Some(digits) = value
        .strip_prefix("note-")
        .filter(|digits| digits.len() == 13)
    else {
        return Vec::new();
    };
    let number: i64 = digits.parse().unwrap();
    vec![
        format!("note_{digits}"),
        format!("memo-{digits}"),
        digits.to_owned(),
        format!("note-{}", &digits[..10]),
        format!("note-{digits}0"),
        format!("Note-{digits}"),
        format!("note-{}", number - 86_400_000 * 400),
        "note-1795243940735".to_owned(),
        "018f3c5e-1c2d-7abc-8def-0123456789ab".to_owned(),
        format!("note-{}", number + 1),
    ]
}

fn tokens(value: &str) -> Vec<String> {
    let mut parts = value.split('.');
    let (Some(header), Some(payload), Some(seal)) = (parts.next(), parts.next(), parts.next())
    else {
        return Vec::new();
    };
    let read = |part: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    let (Some(head), Some(claims)) = (read(header), read(payload)) else {
        return Vec::new();
    };
    let digits: String = claims.chars().filter(char::is_ascii_digit).collect();
    let expires: i64 = digits.parse().unwrap();
    let at = |later: i64| claims.replace(&digits, &(expires + later).to_string());
    let resigned = |claims: String| sign(&head, &claims, SECRET);
    let kind = if claims.contains("access") {
        "access"
    } else {
        "refresh"
    };
    let mut flipped = seal.to_owned();
    let last = if seal.starts_with('A') { "B" } else { "A" };
    flipped.replace_range(..1, last);
    vec![
        resigned(claims.replace(&format!(",\"type\":\"{kind}\""), "")),
        resigned(claims.replace(&format!("\"exp\":{digits},"), "")),
        resigned(claims.replace("{\"sub\"", "{\"iat\":1,\"sub\"")),
        resigned(claims.replace('}', ",\"jti\":\"x\"}")),
        resigned(claims.replace("\"sub\":\"", "\"sub\":\"x")),
        resigned(claims.replace(kind, "other")),
        resigned(claims.replace(&digits, &format!("{digits}.0"))),
        resigned(claims.replace(&digits, &format!("\"{digits}\""))),
        resigned(format!(
            "{{\"exp\":{digits},{}",
            claims[1..].replace(&format!("\"exp\":{digits},"), "")
        )),
        resigned(at(60)),
        resigned(at(-60)),
        resigned(at(3600)),
        sign(r#"{"alg":"HS512","typ":"JWT"}"#, &claims, SECRET),
        sign(r#"{"typ":"JWT","alg":"HS256"}"#, &claims, SECRET),
        sign(r#"{"alg":"HS256"}"#, &claims, SECRET),
        sign(r#"{"alg":"HS256","typ":"JWT","kid":"k"}"#, &claims, SECRET),
        sign(&head, &claims, "another secret of the same length........"),
        format!("{header}.{payload}.{flipped}"),
        format!("{header}.{payload}."),
        format!("{header}.{payload}"),
        format!("{value}."),
        "0123456789abcdef0123456789abcdef".to_owned(),
    ]
}

fn archives(answer: &Answer, now: i64) -> Vec<Spoilt> {
    let files = unpack(&answer.body);
    let mut all = entries(&files);
    all.extend(metadata(&files));
    let pack_one =
        |(what, files): (String, Vec<File>)| (what, with_body(answer, pack(&files, now)));
    let mut spoilt: Vec<Spoilt> = all.into_iter().map(pack_one).collect();
    for off in [-3600, 3600, -86_400 * 365] {
        let body = pack(&files, now + off * 1_000_000);
        spoilt.push((format!("archive {off} s off"), with_body(answer, body)));
    }
    for at in (0..answer.body.len()).filter(|at| !is_time(&answer.body, *at)) {
        let mut body = answer.body.clone();
        body[at] ^= 0x10;
        spoilt.push((format!("archive byte {at}"), with_body(answer, body)));
    }
    spoilt
}

fn entries(files: &[File]) -> Vec<(String, Vec<File>)> {
    let mut all = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let name = &file.name;
        let mut variant = |what: &str, change: &dyn Fn(&mut Vec<File>)| {
            let mut changed = files.to_vec();
            change(&mut changed);
            if changed != files {
                all.push((format!("entry {name} {what}"), changed));
            }
        };
        variant("dropped", &|files| drop(files.remove(at)));
        for other in [format!("x{name}"), name.to_uppercase(), format!("d/{name}")] {
            variant("renamed", &|files| files[at].name.clone_from(&other));
        }
        if at > 0 {
            variant("moved", &|files| files.swap(at, at - 1));
        }
        variant("longer", &|files| files[at].content.push(' '));
        variant("emptied", &|files| files[at].content.clear());
        variant("changed", &|files| {
            files[at].content = file.content.replacen('e', "a", 1);
        });
    }
    let more = File {
        name: "more.md".to_owned(),
        content: String::new(),
    };
    all.push(("entry added".to_owned(), [files, &[more]].concat()));
    all
}

fn metadata(files: &[File]) -> Vec<(String, Vec<File>)> {
    let Some(at) = files
        .iter()
        .position(|file| file.name == "notes_metadata.json")
    else {
        return Vec::new();
    };
    let document = json::parse(&files[at].content).unwrap();
    let mut contents: Vec<(String, String)> = values(&document, false, false)
        .into_iter()
        .map(|(what, value)| (format!("metadata {what}"), value.to_pretty()))
        .collect();
    contents.push(("metadata without indent".to_owned(), document.to_compact()));
    contents.retain(|(_, content)| *content != files[at].content);
    let changed = |(what, content)| {
        let mut changed = files.to_vec();
        changed[at].content = content;
        (what, changed)
    };
    contents.into_iter().map(changed).collect()
}

/// The bytes of an archive that hold times: in headers, and in the extended timestamps.
fn is_time(body: &[u8], at: usize) -> bool {
    let follows = |mark: &[u8], from: usize, length: usize| {
        (from..from + length).any(|back| {
            at.checked_sub(back)
                .and_then(|start| body.get(start..start + mark.len()))
                == Some(mark)
        })
    };
    follows(b"PK\x03\x04", 10, 4) || follows(b"PK\x01\x02", 12, 4) || follows(b"UT\x05\0", 5, 4)
}
