//! Lists, maps and models.

use serde_json::{Map, Value};

use crate::validation::{Fault, Field, Loc, ModelSchema, Rules, Schema};

use super::{Walker, text::plural};

impl Walker<'_> {
    /// Too long a list is refused before its items are looked at, too short a one after them.
    pub(super) fn list(&mut self, of: &Schema, value: &Value, rules: &Rules) -> Option<Value> {
        let Value::Array(items) = value else {
            return self.fault("list_type", "Input should be a valid list", value);
        };
        if let Some(most) = rules.max_length.filter(|most| items.len() > *most) {
            return self.wrong_length("List", End::Most, most, items.len(), value);
        }
        let mut coerced = Some(Vec::with_capacity(items.len()));
        for (index, item) in items.iter().enumerate() {
            let item = self.within(Loc::Index(index), |walker| {
                walker.value(of, item, &Rules::NONE)
            });
            keep(&mut coerced, item, Vec::push);
            if self.report.is_full() {
                return None;
            }
        }
        let coerced = coerced?;
        match rules.min_length.filter(|least| items.len() < *least) {
            Some(least) => self.wrong_length("List", End::Least, least, items.len(), value),
            None => Some(Value::Array(coerced)),
        }
    }

    pub(super) fn map(&mut self, of: &Schema, value: &Value, rules: &Rules) -> Option<Value> {
        let Value::Object(entries) = value else {
            return self.fault("dict_type", "Input should be a valid dictionary", value);
        };
        let mut coerced = Some(Map::with_capacity(entries.len()));
        for (name, entry) in entries {
            let step = Loc::Name(name.clone().into());
            let entry = self.within(step, |walker| walker.value(of, entry, &Rules::NONE));
            keep(&mut coerced, entry, |map, entry| {
                map.insert(name.clone(), entry);
            });
            if self.report.is_full() {
                return None;
            }
        }
        let coerced = coerced?;
        if let Some(least) = rules.min_length.filter(|least| entries.len() < *least) {
            return self.wrong_length("Dictionary", End::Least, least, entries.len(), value);
        }
        match rules.max_length.filter(|most| entries.len() > *most) {
            Some(most) => self.wrong_length("Dictionary", End::Most, most, entries.len(), value),
            None => Some(Value::Object(coerced)),
        }
    }

    pub(super) fn model(&mut self, schema: &ModelSchema, value: &Value) -> Option<Value> {
        let Value::Object(fields) = value else {
            let msg = "Input should be a valid dictionary or object to extract fields from";
            return self.fault("model_attributes_type", msg, value);
        };
        let mut coerced = Some(Map::with_capacity(schema.fields.len()));
        for field in &schema.fields {
            match fields.get(field.name) {
                Some(inner) => {
                    let step = Loc::from(field.name);
                    let inner = self.within(step, |walker| {
                        walker.value(&field.schema, inner, &Rules::NONE)
                    });
                    keep(&mut coerced, inner, |map, inner| {
                        map.insert(field.name.to_owned(), inner);
                    });
                }
                None if field.required => {
                    self.missing(field, value);
                    coerced = None;
                }
                None => {}
            }
        }
        if schema.closed && self.refuse_unknown(schema, fields) {
            return None;
        }
        coerced.map(Value::Object)
    }

    fn missing(&mut self, field: &Field, whole: &Value) {
        if !self.report.is_full() {
            let loc = [self.loc.as_slice(), &[Loc::from(field.name)]].concat();
            self.push(Fault::missing(loc, whole.clone()));
        }
    }

    /// Whether there were any.
    fn refuse_unknown(&mut self, schema: &ModelSchema, fields: &Map<String, Value>) -> bool {
        let mut refused = false;
        for (name, value) in fields {
            if schema.fields.iter().all(|field| field.name != name) {
                refused = true;
                let step = Loc::Name(name.clone().into());
                self.within(step, |walker| {
                    walker.fault("extra_forbidden", "Extra inputs are not permitted", value)
                });
            }
        }
        refused
    }

    fn within<T>(&mut self, step: Loc, read: impl FnOnce(&mut Self) -> T) -> T {
        self.loc.push(step);
        let result = read(self);
        self.loc.pop();
        result
    }

    /// `end`: at least or at most `bound` items.
    fn wrong_length(
        &mut self,
        field_type: &'static str,
        end: End,
        bound: usize,
        count: usize,
        value: &Value,
    ) -> Option<Value> {
        let (kind, words, key) = match end {
            End::Least => ("too_short", "at least", "min_length"),
            End::Most => ("too_long", "at most", "max_length"),
        };
        let items = plural(bound);
        let msg = format!(
            "{field_type} should have {words} {bound} item{items} after validation, not {count}"
        );
        let fault = Fault::new(kind, self.loc.clone(), msg, value.clone());
        let fault = fault.with("field_type", field_type).with(key, bound);
        self.push(fault.with("actual_length", count));
        None
    }
}

#[derive(Clone, Copy)]
enum End {
    Least,
    Most,
}

/// Adds what an element became, or gives up the whole if it became nothing.
fn keep<C>(whole: &mut Option<C>, element: Option<Value>, add: impl FnOnce(&mut C, Value)) {
    match (whole.as_mut(), element) {
        (Some(whole), Some(element)) => add(whole, element),
        _ => *whole = None,
    }
}
