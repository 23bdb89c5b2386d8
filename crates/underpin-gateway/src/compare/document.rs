//! Compares two JSON documents: structure, order of keys, text of numbers, and strings by their type.

use super::{Comparer, rules::Matcher, text::Belongs};
use crate::json::{Json, Place, Text};

/// Stands in recordings for prose of the original that was taken out.
const SEED_TEXT: &str = "<seed text>";

/// Calls `visit` with every string and number in `value`.
pub(super) fn each_leaf(value: &Json, visit: &mut impl FnMut(&str)) {
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

    fn array(&mut self, place: &Place, old: &[Json], new: &[Json], object: Option<&str>) {
        let rule = self.session.rules.named(self.exchange, place, Matcher::Set);
        let tolerated = self
            .exchange
            .tolerate
            .as_deref()
            .is_some_and(|why| why.contains("order"));
        let unordered = rule.or_else(|| {
            let identified = !old.is_empty() && old.iter().all(|item| key_of(item).is_some());
            ((tolerated || self.exchange.has_tag("order")) && identified)
                .then(|| "order".to_owned())
        });
        if old.len() != new.len() {
            let (a, b) = (
                format!("{} items", old.len()),
                format!("{} items", new.len()),
            );
            self.differ(&place.to_string(), &a, &b, "");
        }
        let Some(rule) = unordered else {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                self.json(&place.item(index), old, new, object);
            }
            self.left_over(place, old, new);
            return;
        };
        let partners = self.partners(old, new);
        if partners
            .iter()
            .enumerate()
            .any(|(index, partner)| *partner != Some(index))
        {
            self.excuse(&rule);
        }
        for (index, item) in old.iter().enumerate() {
            let at = place.item(index);
            match partners
                .get(index)
                .copied()
                .flatten()
                .and_then(|partner| new.get(partner))
            {
                Some(partner) => self.json(&at, item, partner, object),
                None => self.differ(&at.to_string(), &item.to_compact(), "(absent)", ""),
            }
        }
    }

    fn left_over(&mut self, place: &Place, old: &[Json], new: &[Json]) {
        for (index, item) in old.iter().enumerate().skip(new.len()) {
            self.differ(
                &place.item(index).to_string(),
                &item.to_compact(),
                "(absent)",
                "",
            );
        }
        for (index, item) in new.iter().enumerate().skip(old.len()) {
            self.differ(
                &place.item(index).to_string(),
                "(absent)",
                &item.to_compact(),
                "",
            );
        }
    }

    /// For each old item the position of the new one with the same key; what is left is paired in
    /// order.
    fn partners(&self, old: &[Json], new: &[Json]) -> Vec<Option<usize>> {
        let ledger = &self.session.ledger;
        let path = &self.exchange.request.target;
        let mut free: Vec<usize> = (0..new.len()).collect();
        let mut partners: Vec<Option<usize>> = Vec::with_capacity(old.len());
        for item in old {
            let key = key_of(item).unwrap_or_else(|| item.to_compact());
            let expected = ledger.id(&key).or_else(|| ledger.number(path, &key));
            let expected = expected.unwrap_or(&key);
            let found = free.iter().position(|at| {
                let candidate = new.get(*at);
                candidate.is_some_and(|item| {
                    key_of(item).unwrap_or_else(|| item.to_compact()) == expected
                })
            });
            partners.push(found.map(|position| free.remove(position)));
        }
        let mut free = free.into_iter();
        for partner in partners.iter_mut().filter(|partner| partner.is_none()) {
            *partner = free.next();
        }
        partners
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
        if (needless || otherwise) && !self.session.loose_layout {
            self.differ(
                &place.to_string(),
                &old.written,
                &new.written,
                "escaped in another way",
            );
        }
    }

    fn is_captured(&self, place: &Place) -> bool {
        self.exchange
            .captures
            .iter()
            .any(|capture| capture.at.matches(place))
    }

    fn number(&mut self, place: &Place, old: &str, new: &str) -> Result<(), String> {
        let is_id = place.key() == Some("id");
        if let Some(known) = self
            .session
            .ledger
            .number(&self.exchange.request.target, old)
        {
            if is_id {
                let known = known.to_owned();
                return self.expect_number(&known, old, new);
            }
        }
        if let Some(moment) = self.clock_reading(old) {
            let now = clock_micros(new).ok_or_else(|| "not a Unix time".to_owned())?;
            if old.len() != new.len() {
                return Err("a Unix time in another unit".to_owned());
            }
            self.check_time(moment, now)?;
            if old != new {
                self.excuse("time");
            }
            return Ok(());
        }
        if is_id && self.is_new_count(place) && new.bytes().all(|b| b.is_ascii_digit()) {
            let path = self.exchange.request.target.clone();
            self.session
                .ledger
                .pair_numbers(path.trim_end_matches('/'), old, new)?;
            if old != new {
                self.excuse("id");
            }
            return Ok(());
        }
        if old == new {
            Ok(())
        } else {
            Err(String::new())
        }
    }

    fn expect_number(&mut self, known: &str, old: &str, new: &str) -> Result<(), String> {
        if new != known {
            return Err(format!("the candidate calls {old} {known}"));
        }
        if old != new {
            self.excuse("id");
        }
        Ok(())
    }

    /// A counter is deterministic, so a counted id must be equal: unless the recording says that it
    /// is generated, or the candidate was allowed to create one row more or less before.
    fn is_new_count(&self, place: &Place) -> bool {
        let created = self.exchange.request.method == "POST" && place.to_string() == "$.id";
        self.is_captured(place) || created && self.session.ledger.disturbed
    }

    fn clock_reading(&self, old: &str) -> Option<i64> {
        let micros = clock_micros(old)?;
        let chosen = self.session.ledger.is_chosen_by_client(old);
        (self.clock.is_near(micros) && !chosen).then_some(micros)
    }
}

/// A Unix time in seconds (10 digits) or milliseconds (13 digits), in microseconds.
fn clock_micros(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    match text.len() {
        10 => Some(number * 1_000_000),
        13 => Some(number * 1000),
        _ => None,
    }
}

/// What distinguishes an object from its siblings, with its shape, so that note 1 is not user 1.
fn identity(members: &[(Text, Json)]) -> Option<String> {
    let value = identifying(members)?;
    let shape: Vec<&str> = members.iter().map(|(key, _)| key.value.as_str()).collect();
    Some(format!("{} {value}", shape.join(",")))
}

fn key_of(item: &Json) -> Option<String> {
    identifying(item.members())
}

fn identifying(members: &[(Text, Json)]) -> Option<String> {
    let named = |name: &str| members.iter().find(|(key, _)| key.value == name);
    let (_, value) = ["id", "_id", "uuid", "key", "username", "email", "name"]
        .iter()
        .find_map(|name| named(name))?;
    match value {
        Json::Text(text) => Some(text.value.clone()),
        Json::Number(text) => Some(text.clone()),
        _ => None,
    }
}
