//! JSON text that has no white space, with two spaces per level: `JSON.stringify(value, null, 2)` without parsing it.

use memchr::memchr2;

/// Appends `compact`, which must be JSON without white space, indented as it stands `depth` levels deep.
pub fn pretty(compact: &str, depth: usize, to: &mut String) {
    let bytes = compact.as_bytes();
    to.reserve(compact.len() + compact.len() / 2);
    let (mut depth, mut plain, mut at) = (depth, 0, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = after_text(bytes, at);
                continue;
            }
            b'{' | b'[' if matches!(bytes.get(at + 1), Some(b'}' | b']')) => at += 1,
            b'{' | b'[' => {
                flush(compact, &mut plain, at + 1, to);
                depth += 1;
                new_line(depth, to);
            }
            b'}' | b']' => {
                flush(compact, &mut plain, at, to);
                depth = depth.saturating_sub(1);
                new_line(depth, to);
            }
            b',' => {
                flush(compact, &mut plain, at + 1, to);
                new_line(depth, to);
            }
            b':' => {
                flush(compact, &mut plain, at + 1, to);
                to.push(' ');
            }
            _ => {}
        }
        at += 1;
    }
    flush(compact, &mut plain, bytes.len(), to);
}

fn flush(text: &str, from: &mut usize, until: usize, to: &mut String) {
    to.push_str(text.get(*from..until).unwrap_or_default());
    *from = until;
}

fn new_line(depth: usize, to: &mut String) {
    to.push('\n');
    to.extend(std::iter::repeat_n("  ", depth));
}

/// Where the text that opens at `at` is over.
pub(super) fn after_text(bytes: &[u8], mut at: usize) -> usize {
    at += 1;
    while let Some(rest) = bytes.get(at..) {
        match memchr2(b'"', b'\\', rest) {
            Some(next) if rest.get(next) == Some(&b'"') => return at + next + 1,
            Some(next) => at += next + 2,
            None => break,
        }
    }
    bytes.len()
}
