//! Compares two bodies by what the recorded one is: JSON, a ZIP archive, text, or bytes.

use super::{Answer, Comparer, Layout, text::Belongs, zip};
use crate::json::{self, Json, Place, layout};

/// How much of a body is shown when the whole of it differs, in characters.
const SHOWN: usize = 400;

impl Comparer<'_> {
    pub(super) fn body(&mut self, answer: &Answer) {
        let old = self.exchange.response.body.as_slice();
        let new = answer.body.as_slice();
        if self.exchange.request.method == "HEAD" {
            return;
        }
        if zip::is_archive(old) {
            return self.archive(old, new);
        }
        let is_json = self.exchange.response.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("content-type") && value.to_ascii_lowercase().contains("json")
        });
        self.content(old, new, is_json, "body");
    }

    /// Compares content that may be JSON; `place` names the whole of it.
    pub(super) fn content(&mut self, old: &[u8], new: &[u8], is_json: bool, place: &str) {
        let (Ok(old_text), Ok(new_text)) = (std::str::from_utf8(old), std::str::from_utf8(new))
        else {
            return self.bytes(old, new, place);
        };
        let document = if is_json {
            json::parse(old_text).ok()
        } else {
            None
        };
        match (document, json::parse(new_text)) {
            (Some(old), Ok(new)) => self.documents((&old, old_text), (&new, new_text)),
            (Some(_), Err(error)) => {
                let note = format!("not JSON: {error}");
                self.differ(place, &shown(old_text), &shown(new_text), &note);
            }
            (None, _) => self.plain_content(old_text, new_text, place),
        }
    }

    fn documents(&mut self, (old, old_text): (&Json, &str), (new, new_text): (&Json, &str)) {
        let before = self.found.differences.len();
        self.json(&Place::default(), old, new, None);
        let same = self.found.differences.len() == before;
        if same && self.session.layout == Layout::Counts && layout(old_text) != layout(new_text) {
            // Structure that a rule excuses has other gaps, so only equal counts can be judged.
            if layout(old_text).len() == layout(new_text).len() {
                let note = "white space between the tokens differs";
                self.differ("$", &shown(old_text), &shown(new_text), note);
            }
        }
    }

    fn plain_content(&mut self, old: &str, new: &str, place: &str) {
        if self.exchange.has_tag("seed-text") && old == "<seed text>" && !new.is_empty() {
            return self.excuse("seed-text");
        }
        if let Err(note) = self.text(old, new, Belongs::default()) {
            let at = old
                .bytes()
                .zip(new.bytes())
                .take_while(|(a, b)| a == b)
                .count();
            let from = at.saturating_sub(40);
            let note = if note.is_empty() {
                format!("differs from byte {at} on")
            } else {
                note
            };
            self.differ(place, &excerpt(old, from), &excerpt(new, from), &note);
        }
    }

    fn bytes(&mut self, old: &[u8], new: &[u8], place: &str) {
        if old == new {
            return;
        }
        let at = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let show = |bytes: &[u8]| {
            let part = bytes
                .iter()
                .skip(at)
                .take(16)
                .map(|byte| format!("{byte:02x}"));
            format!(
                "{} bytes, … {}",
                bytes.len(),
                part.collect::<Vec<_>>().join(" ")
            )
        };
        self.differ(
            place,
            &show(old),
            &show(new),
            &format!("differs from byte {at} on"),
        );
    }
}

fn shown(text: &str) -> String {
    excerpt(text, 0)
}

fn excerpt(text: &str, from: usize) -> String {
    let mut start = from.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let rest = text.get(start..).unwrap_or_default();
    let mut out: String = rest.chars().take(SHOWN).collect();
    if start > 0 {
        out.insert(0, '…');
    }
    if rest.chars().nth(SHOWN).is_some() {
        out.push('…');
    }
    out
}
