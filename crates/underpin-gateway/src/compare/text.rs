//! Compares two texts: generated parts by their type, everything else letter by letter.

use super::{
    Comparer,
    ledger::Known,
    scan::{self, Kind},
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
        let result = self.parts(old, new, belongs, &marks);
        let whole = match marks.as_slice() {
            [Mark::Generated(found)] if found.length == old.len() => Some(found.kind),
            _ => None,
        };
        if let (Err(_), Some(kind)) = (&result, whole) {
            self.follow_anyway(kind, old, new);
        }
        result
    }

    /// A value that is wrong is followed all the same, so that one fault is told once.
    fn follow_anyway(&mut self, kind: Kind, old: &str, new: &str) {
        let ledger = &mut self.session.ledger;
        match kind {
            Kind::Jwt if !ledger.is_chosen_by_client(old) => ledger.pair_tokens(old, new),
            Kind::Time => ledger.follow_time(old, new),
            Kind::Uuid | Kind::ClockId if !new.is_empty() => {
                // An id that is taken already stays with its owner.
                let _ = ledger.pair_ids(old, new);
            }
            _ => {}
        }
    }

    fn parts(
        &mut self,
        old: &str,
        new: &str,
        belongs: Belongs<'_>,
        marks: &[Mark],
    ) -> Result<(), String> {
        if marks.is_empty() {
            return self.plain(old, new, belongs);
        }
        let mut excuses = Vec::new();
        let (mut old_at, mut new_at) = (0, 0);
        for mark in marks {
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
        for excuse in excuses {
            self.excuse(excuse);
        }
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
                Kind::Jwt | Kind::Uuid => true,
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

/// Same length, and no letters of a kind that the old value's alphabet lacks. A short id may lack
/// capitals by chance.
fn same_alphabet(old: &str, new: &str) -> bool {
    let is_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let fits: fn(u8) -> bool = if old.len() >= 16 && is_hex(old) {
        |b| matches!(b, b'0'..=b'9' | b'a'..=b'f')
    } else if old.bytes().all(|b| b.is_ascii_digit()) {
        |b| b.is_ascii_digit()
    } else if old.len() >= 16
        && old
            .bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
    {
        |b| b.is_ascii_digit() || b.is_ascii_lowercase()
    } else {
        |b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')
    };
    old.len() == new.len() && new.bytes().all(fits)
}
