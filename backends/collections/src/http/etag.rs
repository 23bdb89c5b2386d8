//! Validators: the weak tag of a body, and whether a client has it already. Which replies carry one is
//! the dialects' business.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use sha1::{Digest, Sha1};
use underpin::http::{HeaderMap, header};

/// The weak tag of `body`: its length, and what identifies its content.
pub fn of(body: &[u8]) -> String {
    let digest = STANDARD_NO_PAD.encode(Sha1::digest(body));
    format!("W/\"{:x}-{digest}\"", body.len())
}

/// Whether the client's conditions say that it has what `reply` describes. A request that wants no cache
/// has nothing; one that names no condition neither.
pub fn is_known(request: &HeaderMap, reply: &HeaderMap) -> bool {
    let text = |name| request.get(name).and_then(|value| value.to_str().ok());
    let none_match: Option<&str> = text(header::IF_NONE_MATCH);
    let since: Option<&str> = text(header::IF_MODIFIED_SINCE);
    if none_match.is_none() && since.is_none() {
        return false;
    }
    let control = text(header::CACHE_CONTROL).unwrap_or_default();
    if control.split(',').any(|word| word.trim() == "no-cache") {
        return false;
    }
    let tag = reply.get(header::ETAG).and_then(|tag| tag.to_str().ok());
    let same_tag = none_match.is_none_or(|wanted| wanted == "*" || names(wanted, tag));
    same_tag && since.is_none_or(|since| !is_newer(reply, since))
}

fn names(wanted: &str, tag: Option<&str>) -> bool {
    let opaque = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
    let Some(tag) = tag.map(opaque) else {
        return false;
    };
    wanted.split(',').any(|one| opaque(one.trim()) == tag)
}

/// Without a date of its own, a reply counts as newer than any.
fn is_newer(reply: &HeaderMap, since: &str) -> bool {
    let modified = reply.get(header::LAST_MODIFIED);
    let modified = modified.and_then(|value| value.to_str().ok());
    let modified = modified.and_then(|value| httpdate::parse_http_date(value).ok());
    match (modified, httpdate::parse_http_date(since)) {
        (Some(modified), Ok(since)) => modified > since,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use underpin::http::{HeaderName, HeaderValue};

    fn headers(list: &[(HeaderName, &str)]) -> HeaderMap {
        let pairs = list.iter().map(|(name, value)| {
            let value = HeaderValue::from_str(value).unwrap();
            (name.clone(), value)
        });
        pairs.collect()
    }

    #[test]
    fn a_tag_is_length_and_digest() {
        assert_eq!(of(b"{}"), "W/\"2-vyGp6PvFo4RvsFtPoIWeCReyIC8\"");
        assert_eq!(of(b"[]"), "W/\"2-l9Fw4VUO7kr8CvBlt4zaMCqXZ0w\"");
    }

    #[test]
    fn a_known_tag_is_found_in_lists_and_in_both_forms() {
        let reply = headers(&[(header::ETAG, "W/\"a\"")]);
        for (wanted, known) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"x\", W/\"a\"", true),
            ("*", true),
            ("\"b\"", false),
        ] {
            let request = headers(&[(header::IF_NONE_MATCH, wanted)]);
            assert_eq!(is_known(&request, &reply), known, "{wanted}");
        }
    }

    #[test]
    fn no_cache_and_dates_without_a_date_know_nothing() {
        let reply = headers(&[(header::ETAG, "W/\"a\"")]);
        let request = headers(&[
            (header::IF_NONE_MATCH, "W/\"a\""),
            (header::CACHE_CONTROL, "max-age=0, no-cache"),
        ]);
        assert!(!is_known(&request, &reply));
        let date = "Tue, 15 Nov 1994 12:45:26 GMT";
        let request = headers(&[(header::IF_MODIFIED_SINCE, date)]);
        assert!(!is_known(&request, &reply));
        let reply = headers(&[(header::LAST_MODIFIED, date)]);
        assert!(is_known(&request, &reply));
    }
}
