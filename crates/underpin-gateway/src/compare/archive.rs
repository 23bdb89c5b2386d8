//! Compares two ZIP archives: names, order, contents and attributes; times by their type.

use super::{
    Comparer, time,
    zip::{Entry, entries},
};

impl Comparer<'_> {
    pub(super) fn archive(&mut self, old: &[u8], new: &[u8]) {
        let (old, new) = match (entries(old), entries(new)) {
            (Ok(old), Ok(new)) => (old, new),
            (Err(why), _) => {
                return self.differ("body", "", "", &format!("the recorded archive: {why}"));
            }
            (_, Err(why)) => {
                let note = format!("not a sound ZIP: {why}");
                return self.differ("body", "a ZIP archive", "", &note);
            }
        };
        let in_order = self.order(&old, &new);
        let mut free: Vec<&Entry> = new.iter().collect();
        for entry in &old {
            let position = if in_order {
                (!free.is_empty()).then_some(0)
            } else {
                free.iter().position(|other| other.name == entry.name)
            };
            if let Some(position) = position {
                self.within = format!("entry {}: ", entry.name);
                self.entry(entry, free.remove(position));
                self.within.clear();
            }
        }
    }

    /// Judges the names and their order; whether the entries belong together as they stand.
    fn order(&mut self, old: &[Entry], new: &[Entry]) -> bool {
        let names = |entries: &[Entry]| -> Vec<String> {
            entries.iter().map(|entry| entry.name.clone()).collect()
        };
        let sorted = |entries: &[Entry]| {
            let mut names = names(entries);
            names.sort();
            names
        };
        let (old_names, new_names) = (names(old), names(new));
        if old_names == new_names || self.same_names(&old_names, &new_names) {
            return true;
        }
        if self.exchange.has_tag("order") && sorted(old) == sorted(new) {
            self.excuse("order");
        } else {
            let (a, b) = (old_names.join(", "), new_names.join(", "));
            self.differ("entries", &a, &b, "names or their order");
        }
        false
    }

    fn same_names(&mut self, old: &[String], new: &[String]) -> bool {
        let belongs = super::text::Belongs::default();
        old.len() == new.len()
            && old
                .iter()
                .zip(new)
                .all(|(old, new)| self.text(old, new, belongs).is_ok())
    }

    fn entry(&mut self, old: &Entry, new: &Entry) {
        if old.traits != new.traits {
            let (a, b) = (format!("{:?}", old.traits), format!("{:?}", new.traits));
            self.differ("attributes", &a, &b, "");
        }
        for (old, new) in old.modified.iter().zip(&new.modified) {
            match (old, new) {
                (Some(old), Some(new)) if self.clock.is_near(*old) => {
                    if let Err(note) = self.check_time(*old, *new) {
                        let (old, new) = (time::readable(*old), time::readable(*new));
                        self.differ("modified", &old, &new, &note);
                    } else if old != new {
                        self.excuse("time");
                    }
                }
                (old, new) if old == new => {}
                _ => self.differ("modified", &format!("{old:?}"), &format!("{new:?}"), ""),
            }
        }
        let is_json = std::path::Path::new(&old.name)
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        self.content(&old.content, &new.content, is_json, "content");
    }
}
