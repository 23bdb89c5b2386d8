//! A JavaScript expression (without the flag `u`) in the spelling of the engines that run it. It is known to be valid: what is
//! wrong with others has been said already.

mod class;
mod escapes;

use self::escapes::whole;
use super::{BadPattern, letters::Letters};

/// A letter of a word on one side, and none on the other.
const EDGE: &str = "(?:(?<=[0-9A-Z_a-z])(?![0-9A-Z_a-z])|(?<![0-9A-Z_a-z])(?=[0-9A-Z_a-z]))";

/// The same on both sides.
const NO_EDGE: &str = "(?:(?<=[0-9A-Z_a-z])(?=[0-9A-Z_a-z])|(?<![0-9A-Z_a-z])(?![0-9A-Z_a-z]))";

/// What the engines read.
pub struct Spelling {
    pub text: String,
    /// Whether it takes an engine that goes back.
    pub goes_back: bool,
}

impl Spelling {
    pub fn of(source: &str) -> Result<Self, BadPattern> {
        let simple = Reader::new(source, false).read()?;
        if simple.goes_back {
            return Reader::new(source, true).read();
        }
        Ok(simple)
    }
}

struct Reader<'s> {
    source: &'s str,
    rest: &'s str,
    /// The names of all the groups in the expression, in order.
    names: Vec<Option<&'s str>>,
    /// How many groups there were before each parenthesis that is open.
    open: Vec<usize>,
    opened: usize,
    closed: Vec<usize>,
    /// Groups that may match several times.
    repeated: Vec<usize>,
    referred: Vec<usize>,
    looks_behind: bool,
    spelling: Spelling,
}

impl<'s> Reader<'s> {
    fn new(source: &'s str, goes_back: bool) -> Self {
        Self {
            source,
            rest: source,
            names: names(source),
            open: Vec::new(),
            opened: 0,
            closed: Vec::new(),
            repeated: Vec::new(),
            referred: Vec::new(),
            looks_behind: false,
            spelling: Spelling {
                text: String::new(),
                goes_back,
            },
        }
    }

    fn read(mut self) -> Result<Spelling, BadPattern> {
        while let Some(letter) = self.next() {
            self.letter(letter)?;
        }
        let hard = |group: &usize| self.looks_behind || self.repeated.contains(group);
        if self.referred.iter().any(hard) {
            return Err(unsupported(
                "References to groups that are repeated, or next to a lookbehind,",
            ));
        }
        Ok(self.spelling)
    }

    fn letter(&mut self, letter: char) -> Result<(), BadPattern> {
        match letter {
            '^' => self.spelling.text.push_str(r"\A"),
            '$' => self.spelling.text.push_str(r"\z"),
            '.' => Letters::of_a_line().write(&mut self.spelling.text),
            '|' | '*' | '+' | '?' => self.spelling.text.push(letter),
            '{' => self.brace(),
            '(' => self.group()?,
            ')' => self.end_of_group(),
            '[' => self.class()?,
            '\\' => self.escape()?,
            _ => self.one(u32::from(letter))?,
        }
        Ok(())
    }

    fn next(&mut self) -> Option<char> {
        let mut letters = self.rest.chars();
        let letter = letters.next();
        self.rest = letters.as_str();
        letter
    }

    fn take(&mut self, prefix: &str) -> bool {
        let rest = self.rest.strip_prefix(prefix);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn one(&mut self, code: u32) -> Result<(), BadPattern> {
        let letters = Letters::one(whole(code)?);
        letters.of_any_case().write(&mut self.spelling.text);
        Ok(())
    }

    /// How often, or a brace.
    fn brace(&mut self) {
        match times(self.rest) {
            Some(times) => {
                self.spelling.text.push('{');
                self.spelling.text.push_str(times);
                self.rest = &self.rest[times.len()..];
            }
            None => self.spelling.text.push_str(r"\{"),
        }
    }

    fn group(&mut self) -> Result<(), BadPattern> {
        self.open.push(self.opened);
        for looking in ["?=", "?!", "?<=", "?<!"] {
            if self.take(looking) {
                self.spelling.goes_back = true;
                self.looks_behind |= looking.contains('<');
                self.spelling.text.push('(');
                self.spelling.text.push_str(looking);
                return Ok(());
            }
        }
        if self.take("?:") {
            self.spelling.text.push_str("(?:");
            return Ok(());
        }
        if self.take("?<") {
            self.rest = self.rest.split_once('>').map_or("", |(_, rest)| rest);
        } else if self.rest.starts_with('?') {
            return Err(unsupported("Flags inside of an expression"));
        }
        self.opened += 1;
        self.spelling.text.push('(');
        Ok(())
    }

    fn end_of_group(&mut self) {
        self.spelling.text.push(')');
        let Some(before) = self.open.pop() else {
            return;
        };
        let groups = before + 1..=self.opened;
        let rest = self.rest;
        let counted = rest.strip_prefix('{').and_then(times).is_some();
        if counted || rest.starts_with(['*', '+']) {
            self.repeated.extend(groups.clone());
        }
        self.closed.extend(groups);
    }

    fn escape(&mut self) -> Result<(), BadPattern> {
        let Some(letter) = self.next() else {
            return Ok(());
        };
        if let Some(letters) = Letters::of_kind(letter) {
            letters.write(&mut self.spelling.text);
            return Ok(());
        }
        match letter {
            'b' | 'B' => self.edge(letter == 'b'),
            'k' if self.names.iter().any(Option::is_some) => return self.named_reference(),
            '1'..='9' if self.numbered_reference(letter)? => {}
            _ => {
                let code = self.escaped(letter);
                self.one(code)?;
            }
        }
        Ok(())
    }

    /// The edge of a word of ASCII letters, or anything but that.
    fn edge(&mut self, is_edge: bool) {
        let text = &mut self.spelling.text;
        if is_edge && !self.spelling.goes_back {
            text.push_str(r"(?-u:\b)");
            return;
        }
        self.spelling.goes_back = true;
        text.push_str(if is_edge { EDGE } else { NO_EDGE });
    }

    fn named_reference(&mut self) -> Result<(), BadPattern> {
        self.take("<");
        let (name, rest) = self.rest.split_once('>').unwrap_or(("", ""));
        self.rest = rest;
        let named = self.names.iter().enumerate();
        let mut groups = named.filter_map(|(at, other)| (*other == Some(name)).then_some(at + 1));
        match (groups.next(), groups.next()) {
            (Some(group), None) => self.refer(group),
            _ => Err(unsupported("References to a name of several groups")),
        }
    }

    /// Whether it is one: a number greater than that of the last group is a character.
    fn numbered_reference(&mut self, first: char) -> Result<bool, BadPattern> {
        let more = digits(self.rest);
        let Ok(group) = format!("{first}{more}").parse::<usize>() else {
            return Ok(false);
        };
        if group > self.names.len() {
            return Ok(false);
        }
        self.rest = &self.rest[more.len()..];
        self.refer(group)?;
        Ok(true)
    }

    /// A group that has not matched is empty to JavaScript; the engine would find nothing.
    fn refer(&mut self, group: usize) -> Result<(), BadPattern> {
        if !self.closed.contains(&group) {
            return Err(unsupported("References to a group before its end"));
        }
        self.spelling.goes_back = true;
        self.referred.push(group);
        let reference = format!(r"(?:(?({group})(?i:\{group})|))");
        self.spelling.text.push_str(&reference);
        Ok(())
    }
}

/// The names of the groups in an expression.
fn names(source: &str) -> Vec<Option<&str>> {
    let mut names = Vec::new();
    let mut in_class = false;
    let mut letters = source.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let rest = &source[at + 1..];
                let after = rest.strip_prefix("?<");
                let after = after.filter(|rest| !rest.starts_with(['=', '!']));
                match after.and_then(|rest| rest.split_once('>')) {
                    Some((name, _)) => names.push(Some(name)),
                    None if !rest.starts_with('?') => names.push(None),
                    None => {}
                }
            }
            _ => {}
        }
    }
    names
}

/// `2}`, `2,}` or `2,3}` at the start of `rest`.
fn times(rest: &str) -> Option<&str> {
    let least = digits(rest);
    let mut length = least.len();
    if rest[length..].starts_with(',') {
        length += 1 + digits(&rest[length + 1..]).len();
    }
    let is_it = !least.is_empty() && rest[length..].starts_with('}');
    is_it.then(|| &rest[..=length])
}

fn digits(rest: &str) -> &str {
    let end = rest.find(|letter: char| !letter.is_ascii_digit());
    &rest[..end.unwrap_or(rest.len())]
}

fn unsupported(what: &str) -> BadPattern {
    BadPattern(format!("{what} are not supported"))
}
