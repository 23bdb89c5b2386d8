//! `notes_metadata.json` of an export: Python's `json.dumps(…, indent=2)`, written note by note.

use std::io::{self, Write};

use crate::app::notes::Note;

/// Writes the array one object at a time; nothing of it is kept.
#[derive(Debug, Default)]
pub struct Metadata {
    started: bool,
}

impl Metadata {
    /// Adds a note.
    pub fn add(&mut self, note: &Note, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.started { b",\n  {" } else { b"[\n  {" })?;
        self.started = true;
        let fields = [
            ("id", note.id.as_str()),
            ("title", &note.title),
            ("content", &note.content),
            ("createdAt", &note.created_at.to_string()),
            ("updatedAt", &note.updated_at.to_string()),
        ];
        for (index, (name, value)) in fields.into_iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(out, "{comma}\n    \"{name}\": ")?;
            write_ascii(value, out)?;
        }
        out.write_all(b"\n  }")
    }

    /// Closes the array.
    pub fn finish(self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.started { b"\n]" } else { b"[]" })
    }
}

/// A JSON string in pure ASCII: everything outside of `' '..='~'` is escaped, astral characters as surrogate pairs.
fn write_ascii(text: &str, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"\"")?;
    let mut rest = text;
    while let Some(at) =
        rest.find(|next: char| !matches!(next, ' '..='~') || matches!(next, '"' | '\\'))
    {
        let (plain, tail) = rest.split_at(at);
        out.write_all(plain.as_bytes())?;
        let Some(character) = tail.chars().next() else {
            break;
        };
        write_escaped(character, out)?;
        rest = &tail[character.len_utf8()..];
    }
    out.write_all(rest.as_bytes())?;
    out.write_all(b"\"")
}

fn write_escaped(character: char, out: &mut dyn Write) -> io::Result<()> {
    let short = match character {
        '"' => b"\\\"",
        '\\' => b"\\\\",
        '\n' => b"\\n",
        '\r' => b"\\r",
        '\t' => b"\\t",
        '\u{8}' => b"\\b",
        '\u{c}' => b"\\f",
        _ => {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            return Ok(());
        }
    };
    out.write_all(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ascii(text: &str) -> String {
        let mut out = Vec::new();
        write_ascii(text, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes_as_python_does() {
        assert_eq!(ascii("a\"\\/\n\r\t\u{8}\u{c}"), r#""a\"\\/\n\r\t\b\f""#);
        assert_eq!(ascii("\0\u{1f}\u{7f}é"), r#""\u0000\u001f\u007f\u00e9""#);
        assert_eq!(ascii("日🦀\u{2028}"), r#""\u65e5\ud83e\udd80\u2028""#);
    }

    #[test]
    fn no_notes_make_an_empty_array() {
        let mut out = Vec::new();
        Metadata::default().finish(&mut out).unwrap();
        assert_eq!(out, b"[]");
    }
}
