//! The data as the text of a file: two-space JSON as the originals write it, or JSON5 on one line.

use std::io::{self, Write};

use super::read::Piece;
use crate::app::value::{Json, pretty, quote};

/// Writes pieces as they come.
pub struct TextWriter<W> {
    to: W,
    is_json5: bool,
    state: State,
    buffer: String,
    compact: String,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Empty,
    BetweenResources,
    InEmptyList,
    InList,
}

impl<W: Write> TextWriter<W> {
    /// Nothing was written yet.
    pub fn new(to: W, is_json5: bool) -> Self {
        Self {
            to,
            is_json5,
            state: State::Empty,
            buffer: String::new(),
            compact: String::new(),
        }
    }

    /// The next piece.
    pub fn write(&mut self, piece: &Piece) -> io::Result<()> {
        match piece {
            Piece::List(name) => {
                self.name(name);
                self.buffer.push('[');
                self.state = State::InEmptyList;
            }
            Piece::Element(record) => {
                if self.state == State::InList {
                    self.buffer.push(',');
                }
                self.new_line(2);
                self.value(record, 2);
                self.state = State::InList;
            }
            Piece::Whole(name, value) => {
                self.name(name);
                self.value(value, 1);
                self.state = State::BetweenResources;
            }
        }
        self.flush_if_full()
    }

    /// The end; gives back what was written to.
    pub fn finish(mut self) -> io::Result<W> {
        self.close_list();
        if self.state == State::Empty {
            self.buffer.push_str("{}");
        } else {
            self.new_line(0);
            self.buffer.push('}');
        }
        self.to.write_all(self.buffer.as_bytes())?;
        Ok(self.to)
    }

    fn name(&mut self, name: &str) {
        self.close_list();
        self.buffer
            .push(if self.state == State::Empty { '{' } else { ',' });
        self.new_line(1);
        if self.is_json5 && is_identifier(name) {
            self.buffer.push_str(name);
        } else {
            quote(name, &mut self.buffer);
        }
        self.buffer.push_str(if self.is_json5 { ":" } else { ": " });
    }

    fn close_list(&mut self) {
        match self.state {
            State::InList => {
                self.new_line(1);
                self.buffer.push(']');
            }
            State::InEmptyList => self.buffer.push(']'),
            State::Empty | State::BetweenResources => return,
        }
        self.state = State::BetweenResources;
    }

    fn value(&mut self, value: &Json, depth: usize) {
        if self.is_json5 {
            write_json5(value, &mut self.buffer);
            return;
        }
        self.compact.clear();
        value.write(&mut self.compact);
        pretty(&self.compact, depth, &mut self.buffer);
    }

    fn new_line(&mut self, depth: usize) {
        if !self.is_json5 {
            self.buffer.push('\n');
            self.buffer.extend(std::iter::repeat_n("  ", depth));
        }
    }

    fn flush_if_full(&mut self) -> io::Result<()> {
        if self.buffer.len() < 64 * 1024 {
            return Ok(());
        }
        self.to.write_all(self.buffer.as_bytes())?;
        self.buffer.clear();
        Ok(())
    }
}

/// JSON5 as v1 writes it: keys without quotes where that is possible.
fn write_json5(value: &Json, to: &mut String) {
    match value {
        Json::Array(items) => {
            to.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    to.push(',');
                }
                write_json5(item, to);
            }
            to.push(']');
        }
        Json::Object(object) => {
            to.push('{');
            for (index, (key, value)) in object.iter().enumerate() {
                if index > 0 {
                    to.push(',');
                }
                if is_identifier(key) {
                    to.push_str(key);
                } else {
                    quote(key, to);
                }
                to.push(':');
                write_json5(value, to);
            }
            to.push('}');
        }
        plain => plain.write(to),
    }
}

fn is_identifier(key: &str) -> bool {
    let mut letters = key.chars();
    let begins = |letter: char| letter.is_ascii_alphabetic() || letter == '_' || letter == '$';
    letters.next().is_some_and(begins)
        && letters.all(|letter| begins(letter) || letter.is_ascii_digit())
}
