//! Compares two ZIP archives: names, order, contents and attributes; times by their type.

use super::{
    Comparer, time,
    zip::{Entry, entries},
};

impl Comparer<'_> {
    pub(super) fn archive(&mut self, old: &[u8], new: &[u8]) {
        let old = match entries(old) {
            Ok(entries) => entries,
            Err(why) => {
                return self.differ("body", "", "", &format!("the recorded archive: {why}"));
            }
        };
        let new = match entries(new) {
            Ok(entries) => entries,
            Err(why) => {
                return self.differ(
                    "body",
                    "a ZIP archive",
                    "",
                    &format!("not a sound ZIP: {why}"),
                );
            }
        };
        let names = |entries: &[Entry]| -> Vec<String> {
            entries.iter().map(|entry| entry.name.clone()).collect()
        };
        let (old_names, new_names) = (names(&old), names(&new));
        let sorted = |names: &[String]| {
            let mut names = names.to_vec();
            names.sort();
            names
        };
        if old_names == new_names {
        } else if self.exchange.has_tag("order") && sorted(&old_names) == sorted(&new_names) {
            self.excuse("order");
        } else if !self.same_names(&old_names, &new_names) {
            let (a, b) = (old_names.join(", "), new_names.join(", "));
            self.differ("entries", &a, &b, "names or their order");
        }
        for entry in &old {
            if let Some(other) = new.iter().find(|other| other.name == entry.name) {
                self.within = format!("entry {}: ", entry.name);
                self.entry(entry, other);
                self.within.clear();
            }
        }
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
