//! v0's full text search: a text anywhere in a record's values.

use crate::app::value::{Json, quote};

/// A text to find anywhere in a record's values, whatever the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search(String);

impl Search {
    /// Looks for `text`.
    pub fn new(text: &str) -> Self {
        Self(text.to_lowercase())
    }

    /// Whether it is in `record`. Of an element that is a text, each character is looked at alone.
    pub fn matches(&self, record: &Json) -> bool {
        match record {
            Json::Object(object) => object.iter().any(|(_, value)| self.is_in(value)),
            Json::Array(items) => items.iter().any(|item| self.is_in(item)),
            Json::Text(text) => text
                .chars()
                .any(|one| one.to_lowercase().eq(self.0.chars())),
            _ => false,
        }
    }

    /// Each three characters in a row of it; none if it has fewer.
    pub fn trigrams(&self) -> Vec<String> {
        let characters: Vec<char> = self.0.chars().collect();
        // No index has the character that ends a text.
        if characters.contains(&'\0') {
            return Vec::new();
        }
        characters.windows(3).map(String::from_iter).collect()
    }

    /// Appends, in lower case, every text of `record` in which three characters or more may be found. Between them
    /// stand ends of lines.
    pub fn texts(record: &Json, to: &mut String) {
        match record {
            Json::Object(object) => object.iter().for_each(|(_, value)| append(value, to)),
            Json::Array(items) => items.iter().for_each(|item| append(item, to)),
            _ => {}
        }
    }

    fn is_in(&self, value: &Json) -> bool {
        match value {
            Json::Object(object) => object.iter().any(|(_, value)| self.is_in(value)),
            Json::Array(items) => items.iter().any(|item| self.is_in(item)),
            falsy if !falsy.is_truthy() => false,
            Json::Text(text) if text.is_ascii() && self.0.is_ascii() => {
                contains_ascii(text.as_bytes(), self.0.as_bytes())
            }
            other => other.to_text().to_lowercase().contains(&self.0),
        }
    }

    /// Whether a record whose JSON text is `body` can be left out without parsing it.
    pub fn is_surely_not_in(&self, body: &str) -> bool {
        // A text stands in the body as JSON writes it; other values as their own text.
        let mut quoted = String::new();
        quote(&self.0, &mut quoted);
        let is_plain = quoted.len() == self.0.len() + 2;
        is_plain && body.is_ascii() && self.0.is_ascii() && !self.0.is_empty() && {
            !contains_ascii(body.as_bytes(), self.0.as_bytes())
        }
    }
}

fn append(value: &Json, to: &mut String) {
    match value {
        Json::Object(_) | Json::Array(_) => Search::texts(value, to),
        falsy if !falsy.is_truthy() => {}
        other => {
            let text = other.to_text().to_lowercase();
            to.extend(text.chars().map(|one| if one == '\0' { '\n' } else { one }));
            to.push('\n');
        }
    }
}

/// Whether `needle`, in lower case, is in `text`, whatever its case.
fn contains_ascii(text: &[u8], needle: &[u8]) -> bool {
    let Some(first) = needle.first() else {
        return true;
    };
    let starts = text.windows(needle.len());
    starts.into_iter().any(|part| {
        part.first()
            .is_some_and(|byte| byte.eq_ignore_ascii_case(first))
            && part.eq_ignore_ascii_case(needle)
    })
}
