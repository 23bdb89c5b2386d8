//! What the candidate generated, beside what the original generated in its place. Consistent, one to one.

use std::collections::{HashMap, HashSet};

use super::time::Stamp;

/// Old values and the new ones that stand for them.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    ids: HashMap<String, String>,
    ids_back: HashMap<String, String>,
    tokens: HashMap<String, String>,
    times: HashMap<String, String>,
    objects: HashMap<String, Vec<Pair>>,
    numbers: Vec<Numbered>,
    chosen_by_client: HashSet<String>,
    made_by_server: HashSet<String>,
    origins: Vec<(String, String)>,
    /// Set once the candidate was allowed to do something else than the original, so that counters
    /// of the two may differ.
    pub disturbed: bool,
}

#[derive(Debug, Clone)]
struct Pair {
    old: Stamp,
    new: Stamp,
    new_text: String,
}

/// A counted id of one collection.
#[derive(Debug, Clone)]
struct Numbered {
    collection: String,
    old: String,
    new: String,
}

/// An old value found in a text, with the new one that stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// First byte.
    pub start: usize,
    /// Length in bytes.
    pub length: usize,
    /// What the candidate should have there.
    pub new: String,
    /// Whether it is only the address of the server, which is no generated value.
    pub is_origin: bool,
}

impl Ledger {
    /// Says that `old` in the recording is the address `new` of the candidate.
    pub fn move_origin(&mut self, old: &str, new: &str) {
        self.origins.retain(|(known, _)| known != old);
        if old.is_empty() {
            return;
        }
        self.origins.push((old.to_owned(), new.to_owned()));
    }

    /// Notes a value that a recorded request holds. It was the client's choice unless the server
    /// had answered with it before.
    pub fn note_request_value(&mut self, value: &str) {
        if !self.made_by_server.contains(value) {
            self.chosen_by_client.insert(value.to_owned());
        }
    }

    /// Notes a value that a recorded answer holds.
    pub fn note_answer_value(&mut self, value: &str) {
        if !self.chosen_by_client.contains(value) {
            self.made_by_server.insert(value.to_owned());
        }
    }

    /// Whether the client chose this value, so that it cannot be excused as generated.
    pub fn is_chosen_by_client(&self, value: &str) -> bool {
        self.chosen_by_client.contains(value)
    }

    /// The candidate's id for the original's id.
    pub fn id(&self, old: &str) -> Option<&str> {
        self.ids.get(old).map(String::as_str)
    }

    /// Whether the candidate calls anything otherwise than the original, so that lengths and hashes
    /// of bodies that are not at hand cannot be compared.
    pub fn has_other_ids(&self) -> bool {
        self.ids.iter().any(|(old, new)| old != new)
            || self.numbers.iter().any(|known| known.old != known.new)
    }

    /// Pairs two ids.
    ///
    /// # Errors
    /// One of them already belongs to another.
    pub fn pair_ids(&mut self, old: &str, new: &str) -> Result<(), String> {
        if let Some(known) = self.ids.get(old).filter(|known| *known != new) {
            return Err(format!("the candidate has called it `{known}` before"));
        }
        if let Some(other) = self.ids_back.get(new).filter(|other| *other != old) {
            return Err(format!(
                "the candidate uses it for the recorded `{other}` already"
            ));
        }
        self.ids.insert(old.to_owned(), new.to_owned());
        self.ids_back.insert(new.to_owned(), old.to_owned());
        Ok(())
    }

    /// Pairs two tokens. The newest wins: tokens of one second are equal (contract of notes, 5.1),
    /// and which ones share a second differs from run to run.
    pub fn pair_tokens(&mut self, old: &str, new: &str) {
        self.tokens.insert(old.to_owned(), new.to_owned());
    }

    /// Pairs two times of the object `object`: equal ones must stay equal, later ones later.
    ///
    /// # Errors
    /// Says which relation to an earlier time of the object is broken.
    pub fn pair_times(
        &mut self,
        object: &str,
        (old, old_text): (&Stamp, &str),
        (new, new_text): (&Stamp, &str),
    ) -> Result<(), String> {
        self.times.insert(old_text.to_owned(), new_text.to_owned());
        let pairs = self.objects.entry(object.to_owned()).or_default();
        for pair in pairs.iter() {
            pair.check(old, new, new_text)?;
        }
        if !pairs.iter().any(|pair| pair.old == *old) {
            pairs.push(Pair {
                old: old.clone(),
                new: new.clone(),
                new_text: new_text.to_owned(),
            });
        }
        Ok(())
    }

    /// Pairs two times that belong to no object.
    pub fn follow_time(&mut self, old: &str, new: &str) {
        self.times.insert(old.to_owned(), new.to_owned());
    }

    /// Pairs two counted ids of a collection, such as 15 and 14 of `/api/v1/tasks`.
    ///
    /// # Errors
    /// One of them already belongs to another.
    pub fn pair_numbers(&mut self, collection: &str, old: &str, new: &str) -> Result<(), String> {
        for known in self
            .numbers
            .iter()
            .filter(|known| known.collection == collection)
        {
            if (known.old == old) != (known.new == new) {
                return Err(format!(
                    "the candidate has called {} {} before",
                    known.old, known.new
                ));
            }
        }
        self.numbers.push(Numbered {
            collection: collection.to_owned(),
            old: old.to_owned(),
            new: new.to_owned(),
        });
        Ok(())
    }

    /// The candidate's counted id for the original's, in the collection that `path` lies in.
    pub fn number(&self, path: &str, old: &str) -> Option<&str> {
        let of = |known: &&Numbered| {
            known.old == old
                && path.strip_prefix(&known.collection).is_some_and(|rest| {
                    rest.is_empty() || rest.starts_with('/') || rest.starts_with('?')
                })
        };
        self.numbers
            .iter()
            .rev()
            .find(of)
            .map(|known| known.new.as_str())
    }

    /// The old values in `text` that an answer must have replaced, in order, none overlapping.
    pub fn known_in_answer(&self, text: &str) -> Vec<Known> {
        self.known(text, false)
    }

    /// `text` of a recorded request with every old value replaced.
    pub fn rewrite(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for known in self.known(text, true) {
            out.push_str(text.get(at..known.start).unwrap_or_default());
            out.push_str(&known.new);
            at = known.start + known.length;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }

    fn known(&self, text: &str, in_request: bool) -> Vec<Known> {
        let mut all = Vec::new();
        for (old, new) in &self.origins {
            find(text, old, new, true, &mut all);
        }
        for (old, new) in &self.ids {
            find(text, old, new, false, &mut all);
        }
        for known in &self.numbers {
            let old = format!("{}/{}", known.collection, known.old);
            let new = format!("{}/{}", known.collection, known.new);
            find(text, &old, &new, false, &mut all);
        }
        if in_request {
            for (old, new) in &self.times {
                find(text, old, new, false, &mut all);
            }
            for (old, new) in &self.tokens {
                find(text, old, new, false, &mut all);
                find_parts(text, old, new, &mut all);
            }
        }
        all.sort_by(|a, b| a.start.cmp(&b.start).then(b.length.cmp(&a.length)));
        let mut end = 0;
        all.retain(|known| {
            let keep = known.start >= end;
            end = if keep {
                known.start + known.length
            } else {
                end
            };
            keep
        });
        all
    }
}

impl Pair {
    /// Events less than a millisecond apart may coincide; a format may be too coarse to tell.
    fn check(&self, old: &Stamp, new: &Stamp, new_text: &str) -> Result<(), String> {
        let coarse = self.old.format.step().max(old.format.step());
        let (then, now) = (old.micros - self.old.micros, new.micros - self.new.micros);
        let earlier = &self.new_text;
        if then == 0 {
            let allowed = if coarse >= 1_000_000 { 1_000_000 } else { 0 };
            if now.abs() <= allowed {
                return Ok(());
            }
            return Err(format!(
                "recorded as the same moment as `{earlier}`, but differs from it"
            ));
        }
        if then.abs() < 1000 || then.abs() <= coarse && coarse >= 1_000_000 {
            return if now.abs() <= coarse.max(1_000_000) {
                Ok(())
            } else {
                Err(format!("recorded less than a moment away from `{earlier}`"))
            };
        }
        let strictly = coarse < 1000;
        let kept = if then > 0 { now > 0 } else { now < 0 };
        if kept || !strictly && now == 0 {
            return Ok(());
        }
        let word = if then > 0 { "later" } else { "earlier" };
        Err(format!(
            "recorded as {word} than `{earlier}`, but `{new_text}` is not"
        ))
    }
}

/// Clients alter tokens on purpose: padding, another header, a spoilt signature. The parts that they
/// left alone are those of the candidate's token.
fn find_parts(text: &str, old: &str, new: &str, out: &mut Vec<Known>) {
    for (old, new) in old.split('.').zip(new.split('.')).skip(1) {
        if old.len() >= 16 {
            find(text, old, new, false, out);
        }
    }
}

fn find(text: &str, old: &str, new: &str, is_origin: bool, out: &mut Vec<Known>) {
    let bytes = text.as_bytes();
    let in_word = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    for (start, _) in text.match_indices(old) {
        let before = start.checked_sub(1).is_some_and(in_word);
        if !before && !in_word(start + old.len()) {
            let new = new.to_owned();
            out.push(Known {
                start,
                length: old.len(),
                new,
                is_origin,
            });
        }
    }
}
