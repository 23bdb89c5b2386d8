//! Compares two texts: generated parts by their type, everything else letter by letter.

use super::{
    Comparer, jwt,
    ledger::Known,
    scan::{self, Kind},
    time::{Format, Stamp},
};

/// What a text is: the name it goes by, and the object that it belongs to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Belongs<'a> {
    /// The member name, cookie name or capture that says what the value is.
    pub key: Option<&'a str>,
    /// The object, by its recorded identity; times of one object keep their order.
    pub object: Option<&'a str>,
    /// Whether the recording itself says that the value is generated.
    pub captured: bool,
}

/// A part of the recorded text that the candidate may, or must, have otherwise.
enum Mark {
    Known(Known),
    Generated(scan::Found),
}

impl Mark {
    fn span(&self) -> (usize, usize) {
        match self {
            Mark::Known(known) => (known.start, known.length),
            Mark::Generated(found) => (found.start, found.length),
        }
    }
}

impl Comparer<'_> {
    /// Compares texts; an error says why they do not agree (empty if the values say it).
    pub(super) fn text(
        &mut self,
        old: &str,
        new: &str,
        belongs: Belongs<'_>,
    ) -> Result<(), String> {
        let marks = self.marks(old);
        if marks.is_empty() {
            return self.plain(old, new, belongs);
        }
        let mut excuses = Vec::new();
        let (mut old_at, mut new_at) = (0, 0);
        for mark in &marks {
            let (start, length) = mark.span();
            let plain = old.get(old_at..start).unwrap_or_default();
            new_at += same_start(plain, new.get(new_at..).unwrap_or_default())?;
            let old_part = old.get(start..start + length).unwrap_or_default();
            let rest = new.get(new_at..).unwrap_or_default();
            let (used, excuse) = match mark {
                Mark::Known(known) => (
                    known_part(known, old_part, rest)?,
                    known_excuse(known, old_part),
                ),
                Mark::Generated(found) => self.generated(found.kind, old_part, rest, belongs)?,
            };
            excuses.extend(excuse);
            new_at += used;
            old_at = start + length;
        }
        let plain = old.get(old_at..).unwrap_or_default();
        new_at += same_start(plain, new.get(new_at..).unwrap_or_default())?;
        if new_at < new.len() {
            return Err("there is more at the end".to_owned());
        }
        excuses.into_iter().for_each(|excuse| self.excuse(excuse));
        Ok(())
    }

    fn marks(&self, old: &str) -> Vec<Mark> {
        let ledger = &self.session.ledger;
        let mut marks: Vec<Mark> = ledger
            .known_in_answer(old)
            .into_iter()
            .map(Mark::Known)
            .collect();
        for found in scan::scan(old) {
            let text = old
                .get(found.start..found.start + found.length)
                .unwrap_or_default();
            let taken = marks.iter().any(|mark| {
                let (start, length) = mark.span();
                start < found.start + found.length && found.start < start + length
            });
            let open = match found.kind {
                Kind::Time => scan::stamp(text).is_some_and(|(s, _)| self.clock.is_near(s.micros)),
                Kind::ClockId => scan::clock_of_id(text).is_some_and(|t| self.clock.is_near(t)),
                Kind::Jwt => ledger.token(text).is_some() || !ledger.is_chosen_by_client(text),
                Kind::Uuid => true,
            };
            let chosen = found.kind != Kind::Jwt && ledger.is_chosen_by_client(text);
            if open && !taken && !chosen {
                marks.push(Mark::Generated(found));
            }
        }
        marks.sort_by_key(|mark| mark.span().0);
        marks
    }

    fn plain(&mut self, old: &str, new: &str, belongs: Belongs<'_>) -> Result<(), String> {
        let ledger = &mut self.session.ledger;
        let generated = belongs.captured
            || belongs.key.is_some_and(is_identity)
                && looks_random(old)
                && !ledger.is_chosen_by_client(old);
        if !generated || belongs.captured && old.is_empty() {
            return if old == new {
                Ok(())
            } else {
                Err(String::new())
            };
        }
        if !same_alphabet(old, new) {
            return Err("not of the same shape".to_owned());
        }
        ledger.pair_ids(old, new)?;
        if old != new {
            self.excuse("id");
        }
        Ok(())
    }

    fn generated(
        &mut self,
        kind: Kind,
        old: &str,
        rest: &str,
        belongs: Belongs<'_>,
    ) -> Result<(usize, Option<&'static str>), String> {
        let length = scan::length_at(rest, 0, kind).ok_or_else(|| wrong_shape(kind).to_owned())?;
        let new = rest.get(..length).unwrap_or_default();
        let excuse = match kind {
            Kind::Time => self.time(old, new, belongs).map(|()| "time"),
            Kind::Jwt => self.token(old, new),
            Kind::Uuid => self.uuid(old, new).map(|()| "id"),
            Kind::ClockId => self.clock_id(old, new).map(|()| "id"),
        }?;
        Ok((length, (old != new).then_some(excuse)))
    }

    fn token(&mut self, old: &str, new: &str) -> Result<&'static str, String> {
        let ledger = &self.session.ledger;
        if self.is_in_request(old) {
            let expected = ledger.token(old).unwrap_or(old);
            return if new == expected {
                Ok("token")
            } else {
                Err("not the token that was sent".to_owned())
            };
        }
        jwt::compare(self, old, new)?;
        self.session.ledger.pair_tokens(old, new);
        Ok("token")
    }

    fn is_in_request(&self, token: &str) -> bool {
        let request = &self.exchange.request;
        let in_bytes = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(token);
        request.target.contains(token)
            || in_bytes(&request.body)
            || request
                .headers
                .iter()
                .any(|(_, value)| value.contains(token))
    }

    fn uuid(&mut self, old: &str, new: &str) -> Result<(), String> {
        let version = |uuid: &str| uuid.as_bytes().get(14).copied();
        let upper = |uuid: &str| uuid.bytes().any(|b| b.is_ascii_uppercase());
        if version(old) != version(new) || upper(old) != upper(new) {
            return Err("not a UUID of the same version and case".to_owned());
        }
        self.session.ledger.pair_ids(old, new)
    }

    fn clock_id(&mut self, old: &str, new: &str) -> Result<(), String> {
        let word = |id: &str| id.split('-').next().map(ToOwned::to_owned);
        if word(old) != word(new) {
            return Err("not an id of the same shape".to_owned());
        }
        match (scan::clock_of_id(old), scan::clock_of_id(new)) {
            (Some(old), Some(new)) => self.check_time(old, new)?,
            _ => return Err("not an id of the same shape".to_owned()),
        }
        self.session.ledger.pair_ids(old, new)
    }

    fn time(&mut self, old: &str, new: &str, belongs: Belongs<'_>) -> Result<(), String> {
        let (Some((then, _)), Some((now, _))) = (scan::stamp(old), scan::stamp(new)) else {
            return Err("not a time".to_owned());
        };
        self.same_format(&then, &now, new)?;
        let from_start_data = old == new && then.micros < self.clock.recording_began;
        if !from_start_data {
            self.check_time(then.micros, now.micros)?;
        }
        match belongs.object {
            Some(object) => self
                .session
                .ledger
                .pair_times(object, (&then, old), (&now, new)),
            None => {
                self.session.ledger.follow_time(old, new);
                Ok(())
            }
        }
    }

    /// Python leaves the fraction out when it is exactly zero: once in a million times.
    fn same_format(&mut self, old: &Stamp, new: &Stamp, new_text: &str) -> Result<(), String> {
        if old.format == new.format {
            return Ok(());
        }
        let wrong = Err("a time of another format".to_owned());
        let (
            Format::Iso {
                separator,
                digits,
                zone,
            },
            Format::Iso {
                separator: new_separator,
                digits: new_digits,
                zone: new_zone,
            },
        ) = (&old.format, &new.format)
        else {
            return wrong;
        };
        if separator != new_separator || zone != new_zone || !self.session.microseconds {
            return wrong;
        }
        match (digits, new_digits) {
            (0, 6) => Ok(()),
            (6, 0) => {
                let first = self
                    .session
                    .whole_seconds
                    .get_or_insert_with(|| new_text.to_owned());
                if first == new_text { Ok(()) } else { wrong }
            }
            _ => wrong,
        }
    }
}

fn known_part(known: &Known, old: &str, rest: &str) -> Result<usize, String> {
    let whole = rest
        .strip_prefix(&known.new)
        .is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_alphanumeric()));
    if whole {
        return Ok(known.new.len());
    }
    if known.is_origin {
        return Err(format!(
            "expected the candidate's own address `{}`",
            known.new
        ));
    }
    Err(format!("the candidate calls `{old}` `{}`", known.new))
}

fn known_excuse(known: &Known, old: &str) -> Option<&'static str> {
    (!known.is_origin && known.new != old).then_some("id")
}

fn same_start(plain: &str, rest: &str) -> Result<usize, String> {
    if rest.starts_with(plain) {
        Ok(plain.len())
    } else {
        Err(String::new())
    }
}

fn wrong_shape(kind: Kind) -> &'static str {
    match kind {
        Kind::Jwt => "not a JSON Web Token",
        Kind::Time => "not a time of the same format",
        Kind::Uuid => "not a UUID",
        Kind::ClockId => "not an id of the same shape",
    }
}

/// Names under which servers give out generated values.
fn is_identity(key: &str) -> bool {
    const SECRETS: [&str; 8] = [
        "token", "key", "secret", "session", "api_key", "apiKey", "csrf", "nonce",
    ];
    key == "id"
        || key.ends_with("_id")
        || key.ends_with("Id")
        || key.ends_with("_token")
        || SECRETS.contains(&key)
}

fn looks_random(text: &str) -> bool {
    let any = |test: fn(&u8) -> bool| usize::from(text.as_bytes().iter().any(test));
    let kinds = any(u8::is_ascii_lowercase) + any(u8::is_ascii_uppercase) + any(u8::is_ascii_digit);
    let of_alphabet = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    of_alphabet && text.len() >= 7 && kinds >= 2
}

/// Same length, and no letters of a kind that the old value's alphabet lacks.
fn same_alphabet(old: &str, new: &str) -> bool {
    let is_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let fits: fn(u8) -> bool = if old.len() >= 16 && is_hex(old) {
        |b| matches!(b, b'0'..=b'9' | b'a'..=b'f')
    } else if old.bytes().all(|b| b.is_ascii_digit()) {
        |b| b.is_ascii_digit()
    } else if old
        .bytes()
        .all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
    {
        |b| b.is_ascii_digit() || b.is_ascii_lowercase()
    } else {
        |b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')
    };
    old.len() == new.len() && new.bytes().all(fits)
}
