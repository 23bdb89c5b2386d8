//! UUIDs, and what is wrong with one in the words of the parser that Pydantic was built with.

use serde_json::Value;
use uuid::Uuid;

use super::Walker;

/// Where the groups of a hyphenated UUID start, and how long they are.
const GROUPS: [(usize, usize); 5] = [(0, 8), (9, 4), (14, 4), (19, 4), (24, 12)];

impl Walker<'_> {
    pub(super) fn uuid(&mut self, value: &Value) -> Option<Value> {
        let Value::String(text) = value else {
            let msg = "UUID input should be a string, bytes or UUID object";
            return self.fault("uuid_type", msg, value);
        };
        match Uuid::parse_str(text) {
            Ok(id) => Some(Value::from(id.to_string())),
            Err(_) => self.because(
                "uuid_parsing",
                "Input should be a valid UUID",
                &reason(text),
                value,
            ),
        }
    }
}

/// What is wrong with a text that is no UUID.
fn reason(text: &str) -> String {
    let braced = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'));
    let (inner, offset) = match (braced, text.strip_prefix("urn:uuid:")) {
        (Some(inner), _) => (inner, 1),
        (None, Some(inner)) => (inner, "urn:uuid:".len()),
        (None, None) => (text, 0),
    };
    let strange = inner
        .char_indices()
        .find(|(_, found)| !found.is_ascii_hexdigit() && *found != '-');
    if let Some((index, found)) = strange {
        let expected = "expected an optional prefix of `urn:uuid:` followed by [0-9a-fA-F-]";
        let place = index + offset + 1;
        return format!("invalid character: {expected}, found `{found}` at {place}");
    }
    let hyphens: Vec<usize> = inner.match_indices('-').map(|(index, _)| index).collect();
    if hyphens.is_empty() && offset == 0 {
        let length = text.len();
        return format!("invalid length: expected length 32 for simple format, found {length}");
    }
    if hyphens.len() != 4 {
        let count = hyphens.len() + 1;
        return format!("invalid group count: expected 5, found {count}");
    }
    wrong_group(&hyphens, text.len())
}

/// The first group of the wrong length. The last one is blamed if the others are right, and is
/// measured to the end of the whole text, prefix included.
fn wrong_group(hyphens: &[usize], length: usize) -> String {
    let ends = hyphens.iter().copied().chain([length]);
    let mut groups = GROUPS.iter().zip(ends).enumerate();
    let wrong = groups.find(|(group, ((start, right), end))| *group == 4 || *end != start + right);
    let (group, ((start, right), end)) = wrong.unwrap_or((4, (&(24, 12), length)));
    let found = end.saturating_sub(*start);
    format!("invalid group length in group {group}: expected {right}, found {found}")
}
