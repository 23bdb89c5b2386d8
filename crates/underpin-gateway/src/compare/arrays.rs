//! Compares arrays: in order, or as a set where the recording or a rule says so. Items are documents.

use super::{Comparer, rules::Matcher};
use crate::json::{Json, Place, Text};

impl Comparer<'_> {
    pub(super) fn array(
        &mut self,
        place: &Place,
        old: &[Json],
        new: &[Json],
        object: Option<&str>,
    ) {
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
}

/// What distinguishes an object from its siblings, with its shape, so that note 1 is not user 1.
pub(super) fn identity(members: &[(Text, Json)]) -> Option<String> {
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
