//! Wrong texts: of any kind, and of the kinds that a comparison knows: times, ids, tokens.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::document::string;
use crate::{
    double::{SECRET, sign},
    json::Json,
};

pub(super) fn strings(value: &str, free: bool) -> Vec<(String, Json)> {
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
