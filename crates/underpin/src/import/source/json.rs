//! An array of records somewhere in a JSON document, element by element; the document is never held.

use std::{fmt, path::Path, rc::Rc};

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::error::Category;

use super::{
    Content, Item, Place, Take, complaint,
    counted::{Counted, Position, line_breaks},
    open,
};
use crate::{StartError, validation::record::DEEPEST};

/// Hands every element of the array under the keys `at` to `take`.
pub(super) fn read(file: &Path, at: &[String], take: &mut Take<'_>) -> Result<(), StartError> {
    let (counted, position) = Counted::new(open(file)?, false);
    let mut walk = Walk {
        position,
        take,
        records: 0,
        found: false,
        refused: None,
        enough: false,
    };
    let mut document = serde_json::Deserializer::from_reader(counted);
    let outcome = Descend {
        at,
        walk: &mut walk,
    }
    .deserialize(&mut document);
    if walk.enough {
        return Ok(());
    }
    let name = file.display().to_string();
    if let Some(problem) = walk.refused {
        return Err(complaint(&name, problem));
    }
    let (read, found) = (walk.position.bytes(), walk.found);
    let outcome = outcome.and_then(|()| document.end());
    match outcome {
        Ok(()) if found => Ok(()),
        Ok(()) => Err(complaint(&name, lacks(at))),
        Err(error) => Err(complaint(&name, problem(&error, at, read))),
    }
}

/// In our words; serde's of a wrong type would hold the value.
fn problem(error: &serde_json::Error, at: &[String], read: u64) -> String {
    match error.classify() {
        Category::Eof if read == 0 => "is empty".to_owned(),
        Category::Eof => format!("is cut off: {error}"),
        Category::Syntax => format!("is not JSON: {error}"),
        Category::Data => format!("{}, line {}", lacks(at), error.line()),
        Category::Io => format!("cannot be read on: {error}, near line {}", error.line()),
    }
}

fn lacks(at: &[String]) -> String {
    if at.is_empty() {
        return "is not an array of records".to_owned();
    }
    format!("has no array of records at `{}`", at.join("."))
}

struct Walk<'w, 't> {
    position: Rc<Position>,
    take: &'w mut Take<'t>,
    records: u64,
    found: bool,
    refused: Option<String>,
    enough: bool,
}

/// Goes down along the keys, then through the array.
struct Descend<'d, 'w, 't> {
    at: &'d [String],
    walk: &'d mut Walk<'w, 't>,
}

impl<'de> DeserializeSeed<'de> for Descend<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Descend<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of records")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let Some((next, rest)) = self.at.split_first() else {
            return Err(M::Error::custom("an object"));
        };
        let mut seen = false;
        while let Some(key) = self.walk.name(&mut map)? {
            if key != *next {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            if seen {
                self.walk.refused = Some(format!("has `{next}` twice"));
                return Err(M::Error::custom("twice"));
            }
            seen = true;
            let walk = &mut *self.walk;
            map.next_value_seed(Descend { at: rest, walk })?;
        }
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut elements: S) -> Result<(), S::Error> {
        if !self.at.is_empty() {
            return Err(S::Error::custom("an array"));
        }
        let walk = self.walk;
        walk.found = true;
        loop {
            let lines = walk.position.lines();
            walk.position.begin(true);
            if elements.next_element::<IgnoredAny>()?.is_none() {
                walk.position.pass();
                return Ok(());
            }
            if !walk.element(lines) {
                return Err(S::Error::custom("enough"));
            }
        }
    }
}

impl Walk<'_, '_> {
    /// The next name of an object. It is bounded as a record is: it is held in memory as a whole.
    fn name<'de, M: MapAccess<'de>>(&self, map: &mut M) -> Result<Option<String>, M::Error> {
        self.position.begin(true);
        let name = map.next_key::<String>();
        self.position.pass();
        name
    }

    /// Hands on the element that was just passed; `lines` stood before it.
    fn element(&mut self, lines: u64) -> bool {
        let kept = self.position.take();
        let end = self.position.bytes();
        let is_before = |byte: &u8| byte.is_ascii_whitespace() || *byte == b',';
        let start = kept.iter().take_while(|byte| is_before(byte)).count();
        let (before, element) = kept.split_at(start);
        let line_breaks = line_breaks(before);
        let place = Place {
            index: self.records,
            line: Some(lines + line_breaks as u64 + 1),
            byte: Some(end - element.len() as u64),
        };
        let element = without_peeked(element);
        self.records += 1;
        if depth(element) > DEEPEST {
            let line = place.line.unwrap_or_default();
            self.refused = Some(format!(
                "is nested more than {DEEPEST} deep, in the record at index {} (line {line})",
                place.index
            ));
            return false;
        }
        let content = match str::from_utf8(element) {
            Ok(text) => Content::Text(text.to_owned()),
            Err(_) => Content::Bad("not_utf8"),
        };
        self.enough = !(self.take)(Item { place, content });
        !self.enough
    }
}

/// A number ends only where something else begins: that byte was read, too.
fn without_peeked(element: &[u8]) -> &[u8] {
    match element.split_last() {
        Some((last, rest)) if element.first().is_some_and(|first| is_numeric(*first)) => {
            if is_numeric(*last) || last.is_ascii_alphanumeric() {
                element
            } else {
                rest
            }
        }
        _ => element,
    }
}

fn is_numeric(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'-'
}

/// How deep a well-formed value is nested.
fn depth(element: &[u8]) -> usize {
    let (mut deepest, mut now) = (0_usize, 0_usize);
    let (mut quoted, mut escaped) = (false, false);
    for byte in element {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                now += 1;
                deepest = deepest.max(now);
            }
            b']' | b'}' if !quoted => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
