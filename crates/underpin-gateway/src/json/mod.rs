//! JSON as it was written: order, repeated keys, number text and escapes survive. No conversion to types.

mod parse;
mod place;
#[cfg(test)]
mod tests;

pub use parse::parse;
pub use place::{Pattern, Place};

/// A JSON value that forgets nothing a reader of the bytes could see, except white space.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number by its text: `1.0` and `1` are different numbers here.
    Number(String),
    /// A string.
    Text(Text),
    /// An array.
    Array(Vec<Json>),
    /// An object, in the order written, repeated keys included.
    Object(Vec<(Text, Json)>),
}

/// A string with its spelling: `"é"` and `"\u00e9"` have the same value and another spelling.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// What it means. A lone surrogate is U+FFFD here.
    pub value: String,
    /// What stood between the quotes.
    pub written: String,
}

impl Json {
    /// The value of the first member of this name, if this is an object that has one.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.members()
            .iter()
            .find(|(key, _)| key.value == name)
            .map(|(_, value)| value)
    }

    /// The members, or none if this is no object.
    pub fn members(&self) -> &[(Text, Json)] {
        match self {
            Json::Object(members) => members,
            _ => &[],
        }
    }

    /// The items, or none if this is no array.
    pub fn items(&self) -> &[Json] {
        match self {
            Json::Array(items) => items,
            _ => &[],
        }
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(&text.value),
            _ => None,
        }
    }

    /// The whole number, if this is one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Json::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// What a person calls this kind of value.
    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "boolean",
            Json::Number(_) => "number",
            Json::Text(_) => "string",
            Json::Array(_) => "array",
            Json::Object(_) => "object",
        }
    }

    /// Compact JSON of this value, spelt as it was.
    pub fn to_compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, None, 0);
        out
    }

    /// Indented JSON of this value, for people.
    pub fn to_pretty(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, Some("  "), 0);
        out
    }

    fn write(&self, out: &mut String, indent: Option<&str>, depth: usize) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Json::Number(text) => out.push_str(text),
            Json::Text(text) => write_text(out, text),
            Json::Array(items) => {
                let parts: Vec<_> = items.iter().map(|item| (None, item)).collect();
                write_list(out, ('[', ']'), &parts, indent, depth);
            }
            Json::Object(members) => {
                let parts: Vec<_> = members
                    .iter()
                    .map(|(key, value)| (Some(key), value))
                    .collect();
                write_list(out, ('{', '}'), &parts, indent, depth);
            }
        }
    }
}

fn write_text(out: &mut String, text: &Text) {
    out.push('"');
    out.push_str(&text.written);
    out.push('"');
}

fn write_list(
    out: &mut String,
    (open, close): (char, char),
    parts: &[(Option<&Text>, &Json)],
    indent: Option<&str>,
    depth: usize,
) {
    out.push(open);
    for (position, (key, value)) in parts.iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        new_line(out, indent, depth + 1);
        if let Some(key) = key {
            write_text(out, key);
            out.push_str(if indent.is_some() { ": " } else { ":" });
        }
        value.write(out, indent, depth + 1);
    }
    if !parts.is_empty() {
        new_line(out, indent, depth);
    }
    out.push(close);
}

fn new_line(out: &mut String, indent: Option<&str>, depth: usize) {
    if let Some(indent) = indent {
        out.push('\n');
        for _ in 0..depth {
            out.push_str(indent);
        }
    }
}

/// The white space before each token, in order: two documents of equal structure are laid out alike
/// exactly if these are equal.
pub fn layout(source: &str) -> Vec<&str> {
    let mut gaps = Vec::new();
    let mut start = 0;
    let mut bytes = source.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            continue;
        }
        gaps.push(source.get(start..at).unwrap_or_default());
        start = at + 1;
        if byte == b'"' {
            while let Some((end, inner)) = bytes.next() {
                start = end + 1;
                match inner {
                    b'\\' => drop(bytes.next()),
                    b'"' => break,
                    _ => {}
                }
            }
        } else if !b"[]{},:".contains(&byte) {
            let in_word = |b: &u8| !b" \t\r\n[]{},:\"".contains(b);
            while let Some((end, _)) = bytes.next_if(|(_, b)| in_word(b)) {
                start = end + 1;
            }
        }
    }
    gaps.push(source.get(start..).unwrap_or_default());
    gaps
}
