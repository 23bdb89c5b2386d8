//! The grammar of `.env`, as python-dotenv reads it: a secret must mean the same to the original.

use std::iter::Peekable;
use std::str::Chars;

/// One assignment, or a line that is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The line on which it begins, from 1.
    pub(super) line: usize,
    /// Name and value; `None` if the line cannot be read.
    pub(super) assignment: Option<(String, String)>,
}

/// Every entry of `text`. `lookup` answers `${NAME}` before the file's own earlier values do.
pub(super) fn parse(text: &str, lookup: impl Fn(&str) -> Option<String>) -> Vec<Entry> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut cursor = Cursor {
        characters: text.chars().peekable(),
        line: 1,
    };
    let mut entries: Vec<Entry> = Vec::new();
    while cursor.skip_blank_lines() {
        let (line, start) = (cursor.line, cursor.clone());
        let assignment = match cursor.entry() {
            Ok(None) => continue,
            Ok(Some((name, value))) => {
                let value = interpolate(&value, |wanted| {
                    lookup(wanted).or_else(|| earlier(&entries, wanted))
                });
                Some((name, value))
            }
            Err(()) => {
                cursor = start; // an open quote must not swallow the lines below it
                None
            }
        };
        cursor.skip_line();
        entries.push(Entry { line, assignment });
    }
    entries
}

fn earlier(entries: &[Entry], wanted: &str) -> Option<String> {
    let known = entries
        .iter()
        .rev()
        .filter_map(|entry| entry.assignment.as_ref());
    known
        .into_iter()
        .find(|(name, _)| name == wanted)
        .map(|(_, value)| value.clone())
}

#[derive(Clone)]
struct Cursor<'a> {
    characters: Peekable<Chars<'a>>,
    line: usize,
}

impl Cursor<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.characters.next()?;
        self.line += usize::from(next == '\n');
        Some(next)
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(&next) = self.characters.peek().filter(|next| wanted(**next)) {
            taken.push(next);
            self.next();
        }
        taken
    }

    /// Goes to the next line that says something; `false` at the end.
    fn skip_blank_lines(&mut self) -> bool {
        loop {
            self.take_while(char::is_whitespace);
            match self.characters.peek() {
                Some('#') => self.skip_line(),
                Some(_) => return true,
                None => return false,
            }
        }
    }

    fn skip_line(&mut self) {
        self.take_while(|next| next != '\n');
    }

    /// Whether there were any.
    fn skip_spaces(&mut self) -> bool {
        !self
            .take_while(|next| next.is_whitespace() && next != '\n')
            .is_empty()
    }

    /// `[export] NAME = value`; `None` for a name without a value, which sets nothing.
    fn entry(&mut self) -> Result<Option<(String, String)>, ()> {
        let mut name = self.name()?;
        self.skip_spaces();
        if name == "export" && !matches!(self.characters.peek(), None | Some('=' | '\n' | '#')) {
            name = self.name()?;
            self.skip_spaces();
        }
        match self.characters.peek() {
            Some('=') => self.next(),
            None | Some('\n' | '#') => {
                self.skip_line();
                return Ok(None);
            }
            Some(_) => return Err(()),
        };
        let spaced = self.skip_spaces();
        let value = match self.characters.peek().copied() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote)?,
            _ => self.unquoted(spaced),
        };
        Ok(Some((name, value)))
    }

    fn name(&mut self) -> Result<String, ()> {
        if self.characters.peek() == Some(&'\'') {
            return self.quoted('\'');
        }
        let name = self.take_while(|next| !next.is_whitespace() && !matches!(next, '=' | '#'));
        if name.is_empty() { Err(()) } else { Ok(name) }
    }

    /// May span lines; afterwards nothing but a comment may stand on the line.
    fn quoted(&mut self, quote: char) -> Result<String, ()> {
        self.next();
        let mut text = String::new();
        loop {
            match self.next().ok_or(())? {
                next if next == quote => break,
                '\\' => unescape(quote, self.next().ok_or(())?, &mut text),
                next => text.push(next),
            }
        }
        self.skip_spaces();
        match self.characters.peek() {
            None | Some('\n' | '#' | '=') => Ok(text),
            Some(_) => Err(()),
        }
    }

    /// To the end of the line, or to a `#` that stands after a space.
    fn unquoted(&mut self, spaced: bool) -> String {
        let rest = self.take_while(|next| next != '\n');
        let mut before = if spaced { ' ' } else { '=' };
        let comment = rest.char_indices().find(|(_, next)| {
            let found = *next == '#' && before.is_whitespace();
            before = *next;
            found
        });
        let end = comment.map_or(rest.len(), |(at, _)| at);
        rest.get(..end).unwrap_or_default().trim_end().to_owned()
    }
}

fn unescape(quote: char, escaped: char, text: &mut String) {
    let plain = match escaped {
        '\\' | '\'' => Some(escaped),
        _ if quote == '\'' => None,
        '"' => Some('"'),
        'a' => Some('\u{7}'),
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\u{b}'),
        _ => None,
    };
    match plain {
        Some(plain) => text.push(plain),
        None => text.extend(['\\', escaped]),
    }
}

/// Replaces `${NAME}` and `${NAME:-otherwise}`; a bare `$` is an ordinary character.
fn interpolate(value: &str, lookup: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("${") {
        text.push_str(before);
        let Some((reference, behind)) = after.split_once('}') else {
            text.push_str("${");
            rest = after;
            continue;
        };
        let (name, otherwise) = reference.split_once(":-").unwrap_or((reference, ""));
        text.push_str(&lookup(name).unwrap_or_else(|| otherwise.to_owned()));
        rest = behind;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, String)> {
        let entries = parse(text, |name| (name == "HOME").then(|| "/root".to_owned()));
        entries
            .into_iter()
            .filter_map(|entry| entry.assignment)
            .collect()
    }

    fn value(text: &str) -> String {
        values(text).pop().unwrap().1
    }

    // Each expectation is what python-dotenv 1.x answers for the same line.
    #[test]
    fn values_mean_what_they_mean_to_python() {
        assert_eq!(value("A=plain"), "plain");
        assert_eq!(value("A = with spaces inside  "), "with spaces inside");
        assert_eq!(value("A=a#b"), "a#b");
        assert_eq!(value("A=a #b"), "a");
        assert_eq!(value("A=#b"), "#b");
        assert_eq!(value("A= #b"), "");
        assert_eq!(value("A=pa$$word$HOME"), "pa$$word$HOME");
        assert_eq!(value("A=${HOME}/x"), "/root/x");
        assert_eq!(value("A=${NONE:-else}"), "else");
        assert_eq!(value("A=${NONE}x"), "x");
        assert_eq!(value("A=${open"), "${open");
        assert_eq!(value("A='it\\'s \\n'"), "it's \\n");
        assert_eq!(value("A=\"a\\n\\\"b\\\" \\z\" # c"), "a\n\"b\" \\z");
        assert_eq!(value("A=\"two\nlines\""), "two\nlines");
        assert_eq!(value("A='x'#c"), "x");
        assert_eq!(value("export A=1"), "1");
        assert_eq!(values("export=3"), [("export".to_owned(), "3".to_owned())]);
        assert_eq!(value("A="), "");
        assert_eq!(value("\u{feff}A=1\r\n"), "1");
        assert_eq!(value("A=1\nB=${A}2"), "12");
    }

    #[test]
    fn unreadable_lines_are_named_and_the_rest_is_read() {
        let entries = parse("# c\n\nA=1\nB 2\nC='x\n\nD=4", |_| None);
        let lines: Vec<_> = entries
            .iter()
            .map(|e| (e.line, e.assignment.is_some()))
            .collect();
        assert_eq!(lines, [(3, true), (4, false), (5, false), (7, true)]);
        assert!(
            values("ONLY_A_NAME\nA=1")
                .iter()
                .map(|(name, _)| name)
                .eq(["A"])
        );
    }
}
