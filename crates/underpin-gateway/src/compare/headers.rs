//! Compares the headers that clients read. Connection management, dates and server names stay out.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use ring::digest;

use super::{Answer, Comparer, scan, text::Belongs};

/// Compared whether the original sent them or not: presence and absence both matter.
const READ_BY_CLIENTS: [&str; 23] = [
    "accept-ranges",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "allow",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-range",
    "content-type",
    "etag",
    "last-modified",
    "link",
    "location",
    "retry-after",
    "set-cookie",
    "vary",
    "www-authenticate",
    "x-total-count",
];

/// Lists whose white space nobody reads.
const LISTS: [&str; 3] = [
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-expose-headers",
];

/// Compared only if the original sent them.
const READ_IF_SENT: [&str; 3] = ["content-security-policy", "expires", "pragma"];

/// Headers starting with `x-` that say something about the server's inside, not to its clients.
const INTERNAL: [&str; 6] = [
    "x-powered-by",
    "x-process-time",
    "x-request-id",
    "x-response-time",
    "x-runtime",
    "x-correlation-id",
];

impl Comparer<'_> {
    pub(super) fn headers(&mut self, answer: &Answer) {
        let exchange = self.exchange;
        let recorded: Vec<(String, &str)> = exchange
            .response
            .headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.as_str()))
            .collect();
        for name in self.names(&recorded) {
            let old: Vec<&str> = recorded
                .iter()
                .filter(|(own, _)| *own == name)
                .map(|(_, v)| *v)
                .collect();
            let new: Vec<&str> = answer
                .headers
                .iter()
                .filter(|(own, _)| *own == name)
                .map(|(_, v)| v.as_str())
                .collect();
            self.header(&name, &old, &new, answer);
        }
        self.length(answer);
    }

    fn names(&self, recorded: &[(String, &str)]) -> Vec<String> {
        if self.exchange.body_left_out() {
            return vec!["content-type".to_owned()];
        }
        let mut names: Vec<String> = READ_BY_CLIENTS.iter().map(|n| (*n).to_owned()).collect();
        names.extend(self.session.headers.iter().cloned());
        let has_length = recorded.iter().any(|(name, _)| name == "content-length");
        if has_length && self.is_json_head() && !self.session.ledger.has_other_ids() {
            names.push("content-length".to_owned());
        }
        for (name, _) in recorded {
            let own = name.starts_with("x-") && !INTERNAL.contains(&name.as_str());
            if own || READ_IF_SENT.contains(&name.as_str()) {
                names.push(name.clone());
            }
        }
        names.sort();
        names.dedup();
        names
    }

    fn header(&mut self, name: &str, old: &[&str], new: &[&str], answer: &Answer) {
        let note = match (name, old, new) {
            (_, [], []) => return,
            (_, [], _) => Err("not in the recording".to_owned()),
            (_, _, []) => Err("missing".to_owned()),
            ("allow" | "vary", ..) => same_set(old, new),
            (name, ..) if LISTS.contains(&name) => same_list(old, new),
            ("etag", ..) => self.tags(old, new, answer),
            ("set-cookie", ..) => self.cookies(old, new),
            _ => self.values(old, new),
        };
        let Err(note) = note else { return };
        if let Some(rule) = self.session.rules.excuses_header(self.exchange, name) {
            return self.excuse(&rule);
        }
        let show = |values: &[&str]| {
            if values.is_empty() {
                "(absent)".to_owned()
            } else {
                values.join(" | ")
            }
        };
        self.differ(&format!("header {name}"), &show(old), &show(new), &note);
    }

    /// A tag that the original computed from the body must be computed in the same way: clients sent
    /// it to the original, and will send it to the candidate.
    fn tags(&self, old: &[&str], new: &[&str], answer: &Answer) -> Result<(), String> {
        same_strength(old, new)?;
        let recorded = &self.exchange.response;
        let of_body = old.first() == Some(&weak_tag(&recorded.body).as_str());
        if of_body && new.first() != Some(&weak_tag(&answer.body).as_str()) {
            return Err("not computed from the body as the original does".to_owned());
        }
        let comparable = self.is_json_head() && !self.session.ledger.has_other_ids();
        if comparable && old != new {
            return Err("of another body".to_owned());
        }
        Ok(())
    }

    /// Whether this answer has no body, but headers that describe one in JSON.
    fn is_json_head(&self) -> bool {
        let headers = &self.exchange.response.headers;
        self.exchange.request.method == "HEAD"
            && headers.iter().any(|(name, value)| {
                name.eq_ignore_ascii_case("content-type") && value.contains("json")
            })
    }

    fn values(&mut self, old: &[&str], new: &[&str]) -> Result<(), String> {
        if old.len() != new.len() {
            return Err("sent another number of times".to_owned());
        }
        old.iter()
            .zip(new)
            .try_for_each(|(old, new)| self.text(old, new, Belongs::default()))
    }

    /// A body that arrived must be as long as announced; the transport checks chunked ones.
    fn length(&mut self, answer: &Answer) {
        let bodiless = self.exchange.request.method == "HEAD" || matches!(answer.status, 204 | 304);
        let announced = answer
            .headers
            .iter()
            .filter(|(name, _)| name == "content-length");
        for (_, value) in announced {
            if !bodiless && value.parse() != Ok(answer.wire_length) {
                let length = format!("{} bytes", answer.wire_length);
                self.differ(
                    "header content-length",
                    &length,
                    value,
                    "not the body's length",
                );
            }
        }
    }

    fn cookies(&mut self, old: &[&str], new: &[&str]) -> Result<(), String> {
        if old.len() != new.len() {
            return Err("another number of cookies".to_owned());
        }
        old.iter()
            .zip(new)
            .try_for_each(|(old, new)| self.cookie(old, new))
    }

    fn cookie(&mut self, old: &str, new: &str) -> Result<(), String> {
        let (old_pair, old_attributes) = parts(old);
        let (new_pair, new_attributes) = parts(new);
        let (old_name, old_value) = old_pair.split_once('=').unwrap_or((old_pair, ""));
        let (new_name, new_value) = new_pair.split_once('=').unwrap_or((new_pair, ""));
        if old_name != new_name {
            return Err("a cookie of another name".to_owned());
        }
        self.cookie_value(old_value, new_value)?;
        self.attributes(&old_attributes, &new_attributes)
    }

    /// An empty value, or a value that the client knows already, must stay what it is.
    fn cookie_value(&mut self, old: &str, new: &str) -> Result<(), String> {
        if old == new {
            return Ok(());
        }
        let generated = !scan::scan(old).is_empty() || self.session.ledger.id(old).is_some();
        if generated || old.len() < 16 {
            return self.text(
                old,
                new,
                Belongs {
                    key: Some("id"),
                    ..Belongs::default()
                },
            );
        }
        let alphabet = |text: &str| text.bytes().all(|b| b.is_ascii_graphic() && b != b';');
        let spare = (old.len() / 4).max(8);
        if !alphabet(new) || new.len().abs_diff(old.len()) > spare {
            return Err("the cookie's value has another shape".to_owned());
        }
        self.session.ledger.pair_ids(old, new)?;
        self.excuse("cookie");
        Ok(())
    }

    fn attributes(&mut self, old: &[(String, &str)], new: &[(String, &str)]) -> Result<(), String> {
        for (name, value) in old {
            let Some((_, other)) = new.iter().find(|(own, _)| own == name) else {
                return Err(format!("the cookie's attribute `{name}` is missing"));
            };
            let same = if name == "samesite" {
                value.eq_ignore_ascii_case(other)
            } else {
                self.text(value, other, Belongs::default()).is_ok()
            };
            if !same {
                return Err(format!("the cookie's attribute `{name}` differs"));
            }
        }
        match new
            .iter()
            .find(|(name, _)| !old.iter().any(|(own, _)| own == name))
        {
            Some((name, _)) => Err(format!("the cookie's attribute `{name}` is new")),
            None => Ok(()),
        }
    }
}

fn parts(cookie: &str) -> (&str, Vec<(String, &str)>) {
    let mut parts = cookie.split(';').map(str::trim);
    let pair = parts.next().unwrap_or_default();
    let attributes = parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (name.to_ascii_lowercase(), value)
        })
        .collect();
    (pair, attributes)
}

fn same_set(old: &[&str], new: &[&str]) -> Result<(), String> {
    let set = |values: &[&str]| {
        let mut items: Vec<String> = values
            .iter()
            .flat_map(|value| value.split(','))
            .map(|item| item.trim().to_ascii_lowercase())
            .collect();
        items.sort();
        items.dedup();
        items
    };
    if set(old) == set(new) {
        Ok(())
    } else {
        Err(String::new())
    }
}

/// The same elements in the same order; a list may be sent in several lines (RFC 9110, section 5.3).
fn same_list(old: &[&str], new: &[&str]) -> Result<(), String> {
    let elements = |values: &[&str]| -> Vec<String> {
        let all = values.iter().flat_map(|value| value.split(','));
        all.map(|element| element.trim().to_owned()).collect()
    };
    if elements(old) == elements(new) {
        Ok(())
    } else {
        Err(String::new())
    }
}

/// The tag that Express and its kin give a body: its length, and the start of its SHA-1.
fn weak_tag(body: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, body);
    let mut hash = STANDARD_NO_PAD.encode(digest.as_ref());
    hash.truncate(27);
    format!("W/\"{:x}-{hash}\"", body.len())
}

/// An entity tag is opaque (RFC 9110, section 8.8.3): only its strength is read.
fn same_strength(old: &[&str], new: &[&str]) -> Result<(), String> {
    let strength = |values: &[&str]| {
        values
            .iter()
            .map(|v| (v.starts_with("W/"), v.ends_with('"')))
            .collect::<Vec<_>>()
    };
    if strength(old) == strength(new) {
        Ok(())
    } else {
        Err("of another strength".to_owned())
    }
}
