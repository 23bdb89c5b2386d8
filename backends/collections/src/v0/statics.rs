//! Files that v0 serves before everything else, with their headers.

use std::{
    path::{Path, PathBuf},
    time::SystemTime,
};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use underpin::http::{HeaderMap, HeaderName, StatusCode, header};

use super::reply;
use crate::app::{
    config::Options,
    http::{
        etag,
        files::{self, Place, Ranged, Served},
        reply::{Content, Reply},
    },
};

const USUAL: &str = "public";
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`');

/// The folder that is served: the one that was named, or else the usual one if it is there.
pub fn folder(options: &Options) -> Option<PathBuf> {
    let named = options.static_directories.last().cloned();
    named.or_else(|| Some(PathBuf::from(USUAL)).filter(|folder| folder.is_dir()))
}

/// The file that a GET or HEAD of `target` asks for, if there is one.
pub async fn reply(folder: &Path, target: &str, asked: &HeaderMap) -> Option<Reply> {
    let (path, query) = target
        .split_once('?')
        .map_or((target, None), |(path, query)| (path, Some(query)));
    match files::find(folder, path).await {
        Place::File(file) => served(&file, asked).await,
        Place::Folder if !path.ends_with('/') => Some(elsewhere(path, query)),
        Place::Folder => match files::find(folder, &format!("{path}index.html")).await {
            Place::File(file) => served(&file, asked).await,
            _ => None,
        },
        Place::Nothing => None,
    }
}

/// What the start page looks like, as a file of its own.
pub fn style(page: &Reply) -> Option<Reply> {
    let Content::Whole(page) = &page.content else {
        return None;
    };
    let text = str::from_utf8(page).ok()?;
    let (_, rest) = text.split_once("<style>")?;
    let (style, _) = rest.split_once("</style>")?;
    Some(Reply::whole(
        StatusCode::OK,
        "text/css; charset=UTF-8",
        style.to_owned(),
    ))
}

/// A folder's address ends with a slash.
fn elsewhere(path: &str, query: Option<&str>) -> Reply {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let slashes = path.len() - path.trim_start_matches('/').len();
    let path = &path[slashes.saturating_sub(1)..];
    let to = utf8_percent_encode(&format!("{path}/{query}"), ESCAPED).to_string();
    let mut reply = reply::page(
        StatusCode::MOVED_PERMANENTLY,
        "Redirecting",
        &format!("Redirecting to {to}"),
    );
    reply.set(header::CONTENT_TYPE, "text/html; charset=UTF-8");
    reply.set(HeaderName::from_static("location"), &to);
    reply
}

async fn served(file: &Served, asked: &HeaderMap) -> Option<Reply> {
    let mut reply = Reply::new(StatusCode::OK);
    reply.set(header::ACCEPT_RANGES, "bytes");
    reply.set(header::CACHE_CONTROL, "public, max-age=0");
    reply.set(
        header::LAST_MODIFIED,
        &httpdate::fmt_http_date(file.modified),
    );
    let tag = format!("W/\"{:x}-{:x}\"", file.length, file.milliseconds());
    reply.set(header::ETAG, &tag);
    reply.set(header::CONTENT_TYPE, &kind(&file.path));
    if fails_condition(asked, &reply.headers) {
        return Some(refused(
            reply,
            StatusCode::PRECONDITION_FAILED,
            "PreconditionFailedError: Precondition Failed",
        ));
    }
    if etag::is_known(asked, &reply.headers) {
        return Some(reply);
    }
    let wanted = text(asked, header::RANGE).filter(|_| fits_what_is_there(asked, &reply.headers));
    let range = match files::range(wanted, file.length) {
        Ranged::All => 0..file.length,
        Ranged::Part(part) => {
            reply.status = StatusCode::PARTIAL_CONTENT;
            let shown = format!("bytes {}-{}/{}", part.start, part.end - 1, file.length);
            reply.set(header::CONTENT_RANGE, &shown);
            part
        }
        Ranged::Unsatisfiable => {
            reply.set(header::CONTENT_RANGE, &format!("bytes */{}", file.length));
            let text = "RangeNotSatisfiableError: Range Not Satisfiable";
            return Some(refused(reply, StatusCode::RANGE_NOT_SATISFIABLE, text));
        }
    };
    let length = range.end - range.start;
    reply.content = file.content(range).await.ok()?;
    reply.set(header::CONTENT_LENGTH, &length.to_string());
    Some(reply)
}

/// `If-Match` and `If-Unmodified-Since`.
fn fails_condition(asked: &HeaderMap, reply: &HeaderMap) -> bool {
    let tag = text(reply, header::ETAG).unwrap_or_default();
    if let Some(wanted) = text(asked, header::IF_MATCH) {
        let opaque = tag.trim_start_matches("W/");
        let is_it = |one: &str| one.trim().trim_start_matches("W/") == opaque;
        return wanted != "*" && !wanted.split(',').any(is_it);
    }
    let modified = date(reply, header::LAST_MODIFIED);
    date(asked, header::IF_UNMODIFIED_SINCE)
        .is_some_and(|since| modified.is_none_or(|modified| modified > since))
}

/// `If-Range`: whether a part may go to what the client has already. If not, it needs all of the file.
fn fits_what_is_there(asked: &HeaderMap, reply: &HeaderMap) -> bool {
    match text(asked, header::IF_RANGE) {
        None => true,
        Some(wanted) if wanted.contains('"') => {
            text(reply, header::ETAG).is_some_and(|tag| wanted.contains(tag))
        }
        Some(_) => date(asked, header::IF_RANGE)
            .zip(date(reply, header::LAST_MODIFIED))
            .is_some_and(|(since, modified)| modified <= since),
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn date(headers: &HeaderMap, name: HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(text(headers, name)?).ok()
}

/// The file's headers with the page of an error.
fn refused(reply: Reply, status: StatusCode, text: &str) -> Reply {
    let page = reply::page(status, "Error", text);
    let mut refused = reply;
    refused.status = status;
    refused.content = page.content;
    for (name, value) in &page.headers {
        refused.headers.insert(name.clone(), value.clone());
    }
    refused
}

/// The type by the file's name; texts are taken for UTF-8.
fn kind(path: &Path) -> String {
    let kind = match path.extension().and_then(|end| end.to_str()) {
        Some("js" | "mjs") => "application/javascript".to_owned(),
        _ => mime_guess::from_path(path)
            .first_or_octet_stream()
            .essence_str()
            .to_owned(),
    };
    let is_text = kind.starts_with("text/")
        || matches!(kind.as_str(), "application/javascript" | "application/json");
    if is_text {
        format!("{kind}; charset=UTF-8")
    } else {
        kind
    }
}
