//! Strings and fixed words.

use serde_json::Value;

use crate::validation::{EnumSchema, Fault, Rules};

use super::Walker;

const NOT_STRING: &str = "Input should be a valid string";

impl Walker<'_> {
    pub(super) fn string(&mut self, value: &Value, rules: &Rules) -> Option<Value> {
        let Value::String(text) = value else {
            return self.fault("string_type", NOT_STRING, value);
        };
        if *rules == Rules::NONE {
            return Some(value.clone());
        }
        let count = text.chars().count();
        if let Some(least) = rules.min_length.filter(|least| count < *least) {
            let msg = format!(
                "String should have at least {least} character{}",
                plural(least)
            );
            let fault = Fault::new("string_too_short", self.loc.clone(), msg, value.clone());
            self.push(fault.with("min_length", least));
            return None;
        }
        if let Some(most) = rules.max_length.filter(|most| count > *most) {
            let msg = format!(
                "String should have at most {most} character{}",
                plural(most)
            );
            let fault = Fault::new("string_too_long", self.loc.clone(), msg, value.clone());
            self.push(fault.with("max_length", most));
            return None;
        }
        if rules.no_nul && text.contains('\0') {
            let reason = "NUL characters cannot be kept";
            self.push(Fault::value_error(self.loc.clone(), reason, value.clone()));
            return None;
        }
        Some(value.clone())
    }

    pub(super) fn word(
        &mut self,
        kind: &'static str,
        schema: &EnumSchema,
        value: &Value,
    ) -> Option<Value> {
        if value
            .as_str()
            .is_some_and(|text| schema.values.contains(&text))
        {
            return Some(value.clone());
        }
        let expected = expected(&schema.values);
        let msg = format!("Input should be {expected}");
        let fault = Fault::new(kind, self.loc.clone(), msg, value.clone());
        self.push(fault.with("expected", expected));
        None
    }

    pub(super) fn pattern(&mut self, schema: &EnumSchema, value: &Value) -> Option<Value> {
        let Value::String(text) = value else {
            return self.fault("string_type", NOT_STRING, value);
        };
        if schema.values.contains(&text.as_str()) {
            return Some(value.clone());
        }
        let pattern = schema.pattern();
        let msg = format!("String should match pattern '{pattern}'");
        let fault = Fault::new(
            "string_pattern_mismatch",
            self.loc.clone(),
            msg,
            value.clone(),
        );
        self.push(fault.with("pattern", pattern));
        None
    }
}

/// The ending of a counted noun.
pub(super) fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// `'a', 'b' or 'c'`, each as Python quotes it.
fn expected(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

fn quoted(word: &str) -> String {
    if word.contains('\'') && !word.contains('"') {
        format!("\"{word}\"")
    } else {
        format!("'{}'", word.replace('\\', r"\\").replace('\'', r"\'"))
    }
}
