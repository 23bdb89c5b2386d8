//! One property of JSON text that has no white space, found without parsing the rest.

use super::{pretty::after_text, quote};

/// The value of `name` as JSON text. `compact` must be as `Json::write` makes it; what is no object has no property.
pub fn member<'t>(compact: &'t str, name: &str) -> Option<&'t str> {
    let mut quoted = String::with_capacity(name.len() + 2);
    quote(name, &mut quoted);
    let bytes = compact.as_bytes();
    let mut at = usize::from(bytes.first() == Some(&b'{'));
    while at > 0 && bytes.get(at) == Some(&b'"') {
        let colon = after_text(bytes, at);
        let end = after_value(bytes, colon + 1);
        if compact.get(at..colon) == Some(&quoted) {
            return compact.get(colon + 1..end);
        }
        at = end + 1;
    }
    None
}

/// Where the value that begins at `at` is over.
fn after_value(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = after_text(bytes, at);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b',' | b'}' if depth == 0 => return at,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return at + 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}
