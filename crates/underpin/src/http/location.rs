//! Paths as Starlette sees them: decoded before routing, and addressed again for redirects.

use std::borrow::Cow;

use http::{HeaderMap, Uri, header, uri::Authority};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What Starlette leaves as it is in a `location`: `:/%#?=@[]!$&'()*+,;` and unreserved characters.
const LOCATION: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The path with its percent signs decoded; what is not UTF-8 becomes U+FFFD.
pub(super) fn decoded(uri: &Uri) -> Cow<'_, str> {
    let path = uri.path();
    if path.contains('%') {
        percent_decode_str(path).decode_utf8_lossy()
    } else {
        Cow::Borrowed(path)
    }
}

/// The path as error bodies show it: cut at a decoded `?` or `#`, without line breaks and tabs,
/// because FastAPI parses it back from an address (contract notes, section 2).
pub(crate) fn shown(path: &str) -> Cow<'_, str> {
    let cut = path.find(['?', '#']).map_or(path, |end| &path[..end]);
    if cut.contains(['\t', '\n', '\r']) {
        Cow::Owned(cut.replace(['\t', '\n', '\r'], ""))
    } else {
        Cow::Borrowed(cut)
    }
}

/// `path` with its trailing slashes dropped, or with one added.
pub(super) fn other_slash(path: &str) -> Option<Cow<'_, str>> {
    match path.strip_suffix('/') {
        _ if path == "/" => None,
        Some(_) => Some(Cow::Borrowed(path.trim_end_matches('/'))),
        None => Some(Cow::Owned(format!("{path}/"))),
    }
}

/// The absolute address of `path` on the host that the request named, query kept.
pub(super) fn absolute(scheme: &str, uri: &Uri, headers: &HeaderMap, path: &str) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host
        .or_else(|| uri.authority().map(Authority::as_str))
        .unwrap_or("localhost");
    let query = uri.query().filter(|query| !query.is_empty());
    let (mark, query) = query.map_or(("", ""), |query| ("?", query));
    let address = format!("{scheme}://{host}{path}{mark}{query}");
    utf8_percent_encode(&address, LOCATION).to_string()
}
