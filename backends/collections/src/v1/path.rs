//! Paths in parameters: keys with dots between them, `\.` for a dot in a key, `[0]` for an index.

/// Indexes above this one are keys.
const LARGEST: u32 = 1_000_000;
/// Keys that no path may have.
const FORBIDDEN: &[&str] = &["__proto__", "prototype", "constructor"];

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Key(String),
    /// A whole number: where it is set, a list is made.
    Index(u32),
}

impl Step {
    /// The key that it is looked up by.
    pub fn key(&self) -> String {
        match self {
            Self::Key(key) => key.clone(),
            Self::Index(index) => index.to_string(),
        }
    }
}

/// What keeps a text from being a path, in the words of the original.
#[derive(Debug, PartialEq, Eq)]
pub struct BadPath(pub String);

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    Property,
    Index,
    AfterIndex,
}

struct Reader {
    steps: Vec<Step>,
    key: String,
    index: String,
    at: At,
    had_property: bool,
    forbidden: bool,
}

/// The steps of a path; none if it has a key that no path may have.
pub fn steps(path: &str) -> Result<Vec<Step>, BadPath> {
    let mut reader = Reader {
        steps: Vec::new(),
        key: String::new(),
        index: String::new(),
        at: At::Start,
        had_property: false,
        forbidden: false,
    };
    let mut escaping = false;
    for (place, character) in path.chars().enumerate() {
        if escaping {
            reader.key.push(character);
            escaping = false;
        } else if character == '\\' {
            reader.must_not_be_index(character, place)?;
            escaping = true;
            reader.begin();
        } else {
            reader.read(character, place)?;
        }
        if reader.forbidden {
            return Ok(Vec::new());
        }
    }
    if escaping {
        reader.key.push('\\');
    }
    reader.end()
}

impl Reader {
    fn read(&mut self, character: char, place: usize) -> Result<(), BadPath> {
        match (character, self.at) {
            ('.', At::AfterIndex) => self.at = At::Property,
            ('[', At::AfterIndex) => self.at = At::Index,
            ('.', At::Start | At::Property) => {
                self.take_key();
                self.at = At::Property;
            }
            ('[', At::Start | At::Property) => {
                self.had_property = self.at == At::Property;
                self.forbidden = self.had_property && FORBIDDEN.contains(&self.key.as_str());
                self.at = At::Index;
            }
            (']', At::Index) if self.index.is_empty() => {
                self.key.push_str("[]");
                self.at = At::Property;
            }
            (']', At::Index) => self.take_index(),
            (digit, At::Index) if digit.is_ascii_digit() => self.index.push(digit),
            (_, At::Index | At::AfterIndex) => self.must_not_be_index(character, place)?,
            (other, At::Start | At::Property) => {
                self.begin();
                self.key.push(other);
            }
        }
        Ok(())
    }

    fn begin(&mut self) {
        if self.at == At::Start {
            self.at = At::Property;
        }
    }

    fn must_not_be_index(&self, character: char, place: usize) -> Result<(), BadPath> {
        let where_ = match self.at {
            At::Index => "in",
            At::AfterIndex => "after",
            At::Start | At::Property => return Ok(()),
        };
        let place = place + 1;
        let text = format!("Invalid character '{character}' {where_} an index at position {place}");
        Err(BadPath(text))
    }

    fn take_key(&mut self) {
        let key = std::mem::take(&mut self.key);
        self.forbidden |= FORBIDDEN.contains(&key.as_str());
        let index = canonical(&key);
        self.steps.push(index.map_or(Step::Key(key), Step::Index));
    }

    fn take_index(&mut self) {
        if !self.key.is_empty() || self.had_property {
            self.take_key();
        }
        self.had_property = false;
        let digits = std::mem::take(&mut self.index);
        let index = canonical(&digits);
        self.steps
            .push(index.map_or(Step::Key(digits), Step::Index));
        self.at = At::AfterIndex;
    }

    fn end(mut self) -> Result<Vec<Step>, BadPath> {
        match self.at {
            At::Property => self.take_key(),
            At::Index => return Err(BadPath("Index was not closed".to_owned())),
            At::Start => self.steps.push(Step::Key(String::new())),
            At::AfterIndex => {}
        }
        Ok(if self.forbidden {
            Vec::new()
        } else {
            self.steps
        })
    }
}

fn canonical(digits: &str) -> Option<u32> {
    let index: u32 = digits.parse().ok()?;
    (index <= LARGEST && index.to_string() == digits).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str) -> String {
        match steps(path) {
            Ok(steps) => {
                let steps: Vec<_> = steps.iter().map(Step::key).collect();
                steps.join("|")
            }
            Err(BadPath(text)) => text,
        }
    }

    #[test]
    fn keys_indexes_and_escapes() {
        assert_eq!(read("a.b.c"), "a|b|c");
        assert_eq!(read("a\\.b"), "a.b");
        assert_eq!(read("a[0].b"), "a|0|b");
        assert_eq!(read("a[].b"), "a[]|b");
        assert_eq!(steps("a.0").unwrap()[1], Step::Index(0));
        assert_eq!(steps("a.00").unwrap()[1], Step::Key("00".into()));
        assert_eq!(steps("a.__proto__.b"), Ok(Vec::new()));
        assert_eq!(steps("constructor"), Ok(Vec::new()));
    }

    #[test]
    fn bad_indexes_are_told_as_the_original_tells_them() {
        assert_eq!(
            read("meta[lang].eq"),
            "Invalid character 'l' in an index at position 6"
        );
        assert_eq!(
            read("a[0.eq"),
            "Invalid character '.' in an index at position 4"
        );
        assert_eq!(
            read("a[0]b"),
            "Invalid character 'b' after an index at position 5"
        );
        assert_eq!(read("a[0"), "Index was not closed");
    }
}
