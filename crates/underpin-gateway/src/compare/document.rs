//! Compares two JSON documents: structure, order of keys, text of numbers, and strings by their type.

use super::{Comparer, Layout, arrays::identity, rules::Matcher, text::Belongs};
use crate::json::{Json, Place, Text};

/// Stands in recordings for prose of the original that was taken out.
const SEED_TEXT: &str = "<seed text>";

/// Calls `visit` with every string and number in `value`.
pub fn each_leaf(value: &Json, visit: &mut impl FnMut(&str)) {
    match value {
        Json::Text(text) => visit(&text.value),
        Json::Number(text) => visit(text),
        Json::Array(items) => items.iter().for_each(|item| each_leaf(item, visit)),
        Json::Object(members) => members
            .iter()
            .for_each(|(_, value)| each_leaf(value, visit)),
        Json::Null | Json::Bool(_) => {}
    }
}

impl Comparer<'_> {
    /// Compares two values at `place`; `object` is the recorded identity of the object around them.
    pub(super) fn json(&mut self, place: &Place, old: &Json, new: &Json, object: Option<&str>) {
        if let Some(rule) = self.session.rules.ignores(self.exchange, place) {
            if old != new {
                self.excuse(&rule);
            }
            return;
        }
        match (old, new) {
            (Json::Object(old), Json::Object(new)) => self.object(place, old, new),
            (Json::Array(old), Json::Array(new)) => self.array(place, old, new, object),
            (Json::Text(a), Json::Text(b)) => {
                if let Err(note) = self.string(place, a, b, object) {
                    self.leaf(place, old, new, &note);
                }
            }
            (Json::Number(a), Json::Number(b)) => {
                if let Err(note) = self.number(place, a, b) {
                    self.leaf(place, old, new, &note);
                }
            }
            _ if old == new => {}
            _ => {
                let note = if old.kind() == new.kind() {
                    String::new()
                } else {
                    format!("{} instead of {}", new.kind(), old.kind())
                };
                self.leaf(place, old, new, &note);
            }
        }
    }

    /// A difference in a value, unless one of the user's rules excuses it.
    fn leaf(&mut self, place: &Place, old: &Json, new: &Json, note: &str) {
        let clock = self.clock;
        let (rules, ledger) = (&mut self.session.rules, &mut self.session.ledger);
        if let Some(rule) = rules.excuses(self.exchange, place, old, new, &clock, ledger) {
            return self.excuse(&rule);
        }
        self.differ(
            &place.to_string(),
            &old.to_compact(),
            &new.to_compact(),
            note,
        );
    }

    fn object(&mut self, place: &Place, old: &[(Text, Json)], new: &[(Text, Json)]) {
        let identity = identity(old);
        let count = |members: &[(Text, Json)], name: &str| {
            members.iter().filter(|(key, _)| key.value == name).count()
        };
        let mut same_keys = true;
        for (key, value) in old {
            let at = place.member(&key.value);
            if count(new, &key.value) == 0 {
                same_keys = false;
                self.missing(&at, value);
            } else if count(old, &key.value) != count(new, &key.value) {
                same_keys = false;
                self.differ(
                    &at.to_string(),
                    "",
                    "",
                    "the key is there another number of times",
                );
            }
        }
        for (key, value) in new {
            if count(old, &key.value) == 0 {
                same_keys = false;
                self.unexpected(&place.member(&key.value), value);
            }
        }
        let names = |members: &[(Text, Json)]| -> Vec<String> {
            members.iter().map(|(key, _)| key.value.clone()).collect()
        };
        if same_keys && names(old) != names(new) {
            let (old, new) = (names(old).join(", "), names(new).join(", "));
            self.differ(
                &place.to_string(),
                &old,
                &new,
                "the keys are in another order",
            );
        }
        for (position, (key, value)) in old.iter().enumerate() {
            let nth = old
                .iter()
                .take(position)
                .filter(|(k, _)| k.value == key.value)
                .count();
            let other = new.iter().filter(|(k, _)| k.value == key.value).nth(nth);
            if let Some((other_key, other)) = other {
                self.spelling(place, key, other_key);
                self.json(&place.member(&key.value), value, other, identity.as_deref());
            }
        }
    }

    fn missing(&mut self, place: &Place, old: &Json) {
        let rule = self
            .session
            .rules
            .named(self.exchange, place, Matcher::AbsentIsNull);
        match rule.filter(|_| *old == Json::Null) {
            Some(rule) => self.excuse(&rule),
            None => self.differ(&place.to_string(), &old.to_compact(), "(absent)", ""),
        }
    }

    fn unexpected(&mut self, place: &Place, new: &Json) {
        let rule = self
            .session
            .rules
            .named(self.exchange, place, Matcher::AbsentIsNull);
        match rule.filter(|_| *new == Json::Null) {
            Some(rule) => self.excuse(&rule),
            None => self.differ(&place.to_string(), "(absent)", &new.to_compact(), ""),
        }
    }

    fn string(
        &mut self,
        place: &Place,
        old: &Text,
        new: &Text,
        object: Option<&str>,
    ) -> Result<(), String> {
        if old.value == SEED_TEXT && self.exchange.has_tag("seed-text") {
            if new.value.is_empty() {
                return Err("some text was recorded here".to_owned());
            }
            self.excuse("seed-text");
            return Ok(());
        }
        let captured = self.is_captured(place);
        let belongs = Belongs {
            key: place.key(),
            object,
            captured,
        };
        self.text(&old.value, &new.value, belongs)?;
        self.spelling(place, old, new);
        Ok(())
    }

    /// Equal strings should be escaped alike, and others should not be escaped without need.
    fn spelling(&mut self, place: &Place, old: &Text, new: &Text) {
        let needless = old.value == old.written
            && new.value != new.written
            && !new
                .value
                .contains(|c: char| c.is_control() || matches!(c, '"' | '\\'));
        let otherwise = old.value == new.value && old.written != new.written;
        if (needless || otherwise) && self.session.layout == Layout::Counts {
            self.differ(
                &place.to_string(),
                &old.written,
                &new.written,
                "escaped in another way",
            );
        }
    }

    pub(super) fn is_captured(&self, place: &Place) -> bool {
        self.exchange
            .captures
            .iter()
            .any(|capture| capture.at.matches(place))
    }
}
