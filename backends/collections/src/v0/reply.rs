//! Replies as v0 makes them: indented JSON or JSONP, pages for errors, tags. What they are about is elsewhere.

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use underpin::http::{Body, HeaderMap, Method, StatusCode, header};

use crate::app::http::{
    encoding::Coding,
    etag,
    reply::{Content, Reply, title},
};
use crate::app::value::quote;

/// Bodies below this many bytes are sent as they are.
const WORTHWHILE: usize = 1024;

/// An empty object: what there is not, and what was deleted.
pub const NOTHING: &str = "{}";

/// Indented JSON, or a script that hands it to a function if the client names one.
pub fn jsonp(status: StatusCode, json: String, callback: Option<&str>) -> Reply {
    let mut reply = match callback {
        None => Reply::whole(status, "application/json; charset=utf-8", json),
        Some(name) => Reply::whole(
            status,
            "text/javascript; charset=utf-8",
            script(name, &json),
        ),
    };
    reply.set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    tagged(reply)
}

/// JSON or JSONP that is still being made; it has no tag.
pub fn long(content: Content, callback: Option<&str>) -> Reply {
    let mut reply = Reply::new(StatusCode::OK);
    let Content::Coming(body) = content else {
        return reply;
    };
    let (kind, body) = match callback {
        None => ("application/json; charset=utf-8", body),
        Some(name) => {
            let name = function(name);
            let begin = format!("/**/ typeof {name} === 'function' && {name}(");
            let once = |text: String| stream::iter([Ok::<_, std::io::Error>(Bytes::from(text))]);
            let middle = body.into_data_stream().map(|piece| {
                let piece: Bytes = piece.map_err(std::io::Error::other)?;
                let text = str::from_utf8(&piece).map(as_script);
                Ok(text.map_or(piece, Bytes::from))
            });
            let pieces = once(begin).chain(middle).chain(once(");".to_owned()));
            ("text/javascript; charset=utf-8", Body::from_stream(pieces))
        }
    };
    reply.content = Content::Coming(body);
    reply.set(header::CONTENT_TYPE, kind);
    reply.set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    reply
}

/// 404 with an empty object.
pub fn not_found(callback: Option<&str>) -> Reply {
    jsonp(StatusCode::NOT_FOUND, NOTHING.to_owned(), callback)
}

/// Anything else than JSONP.
pub fn plain(status: StatusCode, kind: &'static str, body: String) -> Reply {
    tagged(Reply::whole(status, kind, body))
}

/// An error of the router: its text alone.
pub fn failure(status: StatusCode, text: &str) -> Reply {
    plain(status, "text/html; charset=utf-8", text.to_owned())
}

/// An error that the client can do something about, as JSON.
pub fn explained(status: StatusCode, text: &str) -> Reply {
    let mut json = String::from("{\n  \"error\": ");
    quote(text, &mut json);
    json.push_str("\n}");
    jsonp(status, json, None)
}

/// What a failure below looks like: the client learns what concerns it, the log the rest.
pub fn internal(error: &underpin::Error) -> Reply {
    let status = error.status();
    let mut reply = if status.is_server_error() {
        tracing::error!(error = error.chain(), "a request failed");
        failure(status, title(status))
    } else {
        explained(status, error.detail())
    };
    for (name, value) in error.headers() {
        reply.headers.append(name.clone(), value.clone());
    }
    reply
}

/// A page that tells of an error before routing. It has no tag.
pub fn page(status: StatusCode, title: &str, text: &str) -> Reply {
    let text = escaped(text);
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         </head>\n<body>\n<pre>{text}</pre>\n</body>\n</html>\n"
    );
    let mut reply = Reply::whole(status, "text/html; charset=utf-8", page);
    reply.set(header::CONTENT_SECURITY_POLICY, "default-src 'none'");
    reply.set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    reply
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' => safe.push_str("<br>"),
            other => safe.push(other),
        }
    }
    safe
}

fn script(name: &str, json: &str) -> String {
    let name = function(name);
    let json = as_script(json);
    format!("/**/ typeof {name} === 'function' && {name}({json});")
}

/// What of a name can be one.
fn function(name: &str) -> String {
    let allowed =
        |character: &char| character.is_ascii_alphanumeric() || "_$.[]".contains(*character);
    name.chars().filter(allowed).collect()
}

/// Two line ends that JSON may have and scripts may not.
fn as_script(json: &str) -> String {
    json.replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

/// With the tag of its body, if that is whole.
pub fn tagged(mut reply: Reply) -> Reply {
    if let Content::Whole(body) = &reply.content {
        let tag = etag::of(body);
        reply.set(header::ETAG, &tag);
    }
    reply
}

/// 304 for who has it already, and a smaller body for who takes one.
pub fn finished(mut reply: Reply, method: &Method, asked: &HeaderMap, compress: bool) -> Reply {
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    let may_be_known =
        is_read && reply.status.is_success() && reply.status != StatusCode::PARTIAL_CONTENT;
    if may_be_known
        && reply.headers.contains_key(header::ETAG)
        && etag::is_known(asked, &reply.headers)
    {
        reply.status = StatusCode::NOT_MODIFIED;
        reply.headers.remove(header::CONTENT_TYPE);
        reply.content = Content::Nothing;
    }
    let kind = reply.headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !compress || !is_compressible(kind) || reply.headers.contains_key(header::CONTENT_ENCODING) {
        return reply;
    }
    reply.vary("Accept-Encoding");
    let is_worthwhile = reply.length().is_none_or(|length| length >= WORTHWHILE);
    match Coding::wanted(asked) {
        Some(coding) if is_worthwhile && *method != Method::HEAD => reply.packed(coding),
        _ => reply,
    }
}

/// Texts, scripts and data; pictures and archives are small already.
fn is_compressible(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let known = [
        "application/json",
        "application/javascript",
        "application/xml",
        "image/svg+xml",
    ];
    kind.starts_with("text/")
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
        || known.contains(&kind)
        || matches!(
            kind,
            "application/wasm"
                | "application/octet-stream"
                | "application/manifest+json"
                | "image/bmp"
                | "image/x-icon"
        )
        || kind == "image/vnd.microsoft.icon"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_keeps_only_what_a_name_can_have() {
        let reply = jsonp(StatusCode::OK, NOTHING.to_owned(), Some("a.b[0]();alert"));
        let Content::Whole(body) = &reply.content else {
            panic!("a whole body");
        };
        let text = str::from_utf8(body).unwrap();
        assert_eq!(
            text,
            "/**/ typeof a.b[0]alert === 'function' && a.b[0]alert({});"
        );
    }

    #[test]
    fn error_pages_hold_no_markup_of_others() {
        let reply = page(StatusCode::BAD_REQUEST, "Error", "<b> & 'c'");
        let Content::Whole(body) = &reply.content else {
            panic!("a whole body");
        };
        let text = str::from_utf8(body).unwrap();
        assert!(text.contains("<pre>&lt;b&gt; &amp; &#39;c&#39;</pre>"));
        assert!(!reply.headers.contains_key(header::ETAG));
    }

    #[test]
    fn who_may_try_again_is_told_so_and_nothing_else() {
        let reply = internal(&underpin::Error::unavailable("the disk is full".to_owned()));
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(reply.headers.contains_key(header::RETRY_AFTER));
        assert!(!format!("{:?}", reply.content).contains("disk"));
    }
}
