//! From the JSON of a HAR file to a [`Recording`]; every complaint names the place.

use chrono::DateTime;

use super::{Exchange, LoadError, Recording, Request, Response, body, extras};
use crate::json::{Json, Place};

type Result<T> = std::result::Result<T, LoadError>;

pub(super) fn recording(document: &Json) -> Result<Recording> {
    let place = Place::default();
    let log = required(document, &place, "log")?;
    let place = place.member("log");
    let entries = required(log, &place, "entries")?;
    let entries_place = place.member("entries");
    let Json::Array(entries) = entries else {
        return Err(wrong(&entries_place, "an array", entries));
    };
    let mut exchanges = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        exchanges.push(exchange(entry, &entries_place.item(index), index + 1)?);
    }
    if exchanges.is_empty() {
        return Err(LoadError(
            "holds no exchanges: `$.log.entries` is empty".to_owned(),
        ));
    }
    Ok(Recording {
        exchanges,
        directory: None,
        pages: extras::pages(log),
        setup: extras::setup(log),
    })
}

fn exchange(entry: &Json, place: &Place, number: usize) -> Result<Exchange> {
    let request_place = place.member("request");
    let response_place = place.member("response");
    let captures = extras::captures(entry, place)?;
    Ok(Exchange {
        number,
        page: optional(entry, place, "pageref")?.map(ToOwned::to_owned),
        started: started(entry, place)?,
        took: took(entry),
        comment: optional(entry, place, "comment")?
            .unwrap_or_default()
            .to_owned(),
        tags: extras::words(entry.get("_tags")),
        before: entry.get("_before").cloned(),
        auth: entry.get("_auth").cloned(),
        tolerate: extras::sentence(entry.get("_tolerate")),
        captures,
        scrubbed: extras::sentence(entry.get("_scrubbed")),
        shortened: extras::shortened(entry),
        request: request(required(entry, place, "request")?, &request_place)?,
        response: response(required(entry, place, "response")?, &response_place)?,
    })
}

fn started(entry: &Json, place: &Place) -> Result<i64> {
    let text = text(entry, place, "startedDateTime")?;
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.timestamp_micros())
        .map_err(|_| {
            let place = place.member("startedDateTime");
            LoadError(format!(
                "is not HAR: `{place}` should be an ISO 8601 time, but is `{text}`"
            ))
        })
}

/// HAR gives milliseconds with a fraction.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a duration far below 2^53 microseconds"
)]
fn took(entry: &Json) -> i64 {
    match entry.get("time") {
        Some(Json::Number(text)) => {
            let milliseconds: f64 = text.parse().unwrap_or(0.0);
            (milliseconds.clamp(0.0, 1e9) * 1000.0) as i64
        }
        _ => 0,
    }
}

fn request(value: &Json, place: &Place) -> Result<Request> {
    let url = text(value, place, "url")?;
    let (origin, target) = split_url(url).ok_or_else(|| {
        let place = place.member("url");
        LoadError(format!(
            "is not HAR: `{place}` should be an absolute address, but is `{url}`"
        ))
    })?;
    let headers = headers(value, place)?;
    let origin = match host(&headers) {
        Some(host) if origin.is_empty() => format!("http://{host}"),
        _ => origin,
    };
    Ok(Request {
        method: text(value, place, "method")?.to_owned(),
        origin,
        target,
        headers,
        body: body::request(value.get("postData"), &place.member("postData"))?,
    })
}

fn host(headers: &[(String, String)]) -> Option<&str> {
    let mut named = headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("host"));
    named.next().map(|(_, value)| value.as_str())
}

/// `http://host/a?b#c` is (`http://host`, `/a?b`): a fragment never goes over the wire. A recorder
/// of raw requests may give the target alone.
fn split_url(url: &str) -> Option<(String, String)> {
    if url.starts_with('/') || url == "*" {
        return Some((String::new(), url.to_owned()));
    }
    let (scheme, rest) = url.split_once("://")?;
    let rest = rest.split('#').next().unwrap_or(rest);
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(end);
    let target = if target.starts_with('/') {
        target.to_owned()
    } else {
        format!("/{target}")
    };
    let origin = format!("{}://{authority}", scheme.to_ascii_lowercase());
    (!authority.is_empty()).then_some((origin, target))
}

fn response(value: &Json, place: &Place) -> Result<Response> {
    let status = required(value, place, "status")?;
    let status_place = place.member("status");
    let status = status
        .as_i64()
        .and_then(|status| u16::try_from(status).ok())
        .ok_or_else(|| wrong(&status_place, "a status code", status))?;
    Ok(Response {
        status,
        headers: headers(value, place)?,
        body: body::response(value.get("content"), &place.member("content"))?,
    })
}

fn headers(value: &Json, place: &Place) -> Result<Vec<(String, String)>> {
    let Some(list) = value.get("headers") else {
        return Ok(Vec::new());
    };
    let place = place.member("headers");
    let Json::Array(list) = list else {
        return Err(wrong(&place, "an array", list));
    };
    let mut headers = Vec::with_capacity(list.len());
    for (index, header) in list.iter().enumerate() {
        let place = place.item(index);
        let name = text(header, &place, "name")?.to_owned();
        headers.push((name, text(header, &place, "value")?.to_owned()));
    }
    Ok(headers)
}

fn required<'a>(value: &'a Json, place: &Place, name: &str) -> Result<&'a Json> {
    if !matches!(value, Json::Object(_)) {
        return Err(wrong(place, "an object", value));
    }
    value
        .get(name)
        .ok_or_else(|| LoadError(format!("is not HAR: `{}` is missing", place.member(name))))
}

fn text<'a>(value: &'a Json, place: &Place, name: &str) -> Result<&'a str> {
    let found = required(value, place, name)?;
    found
        .as_str()
        .ok_or_else(|| wrong(&place.member(name), "a string", found))
}

pub(super) fn optional<'a>(value: &'a Json, place: &Place, name: &str) -> Result<Option<&'a str>> {
    match value.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(found) => found
            .as_str()
            .map(Some)
            .ok_or_else(|| wrong(&place.member(name), "a string", found)),
    }
}

pub(super) fn wrong(place: &Place, expected: &str, found: &Json) -> LoadError {
    LoadError(format!(
        "is not HAR: `{place}` should be {expected}, but is {}",
        found.kind()
    ))
}
