//! Compares the headers that clients read. Connection management, dates and server names stay out.

use super::{Answer, Comparer, scan, text::Belongs};

/// Compared whether the original sent them or not: presence and absence both matter.
const READ_BY_CLIENTS: [&str; 22] = [
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
            self.header(&name, &old, &new);
        }
        self.length(answer);
    }

    fn names(&self, recorded: &[(String, &str)]) -> Vec<String> {
        if self.exchange.body_left_out() {
            return vec!["content-type".to_owned()];
        }
        let mut names: Vec<String> = READ_BY_CLIENTS.iter().map(|n| (*n).to_owned()).collect();
        names.extend(self.session.headers.iter().cloned());
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

    fn header(&mut self, name: &str, old: &[&str], new: &[&str]) {
        let note = match (name, old, new) {
            (_, [], []) => return,
            (_, [], _) => Err("not in the recording".to_owned()),
            (_, _, []) => Err("missing".to_owned()),
            ("allow" | "vary", ..) => same_set(old, new),
            ("etag", ..) => same_etag(old, new),
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

/// An entity tag is opaque (RFC 9110, section 8.8.3): only its strength is read.
fn same_etag(old: &[&str], new: &[&str]) -> Result<(), String> {
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
