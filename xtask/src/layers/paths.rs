//! The paths that a source names: `use` trees written out, and paths in the middle of code.

use super::source::{Placed, Token, tokens};

/// A path as its segments, with its line.
pub type Named<'a> = (usize, Vec<&'a str>);

/// Every path of the source, single names included. `use a::{b, c::d}` gives `a::b` and `a::c::d`.
pub fn paths(text: &str) -> Vec<Named<'_>> {
    let tokens = tokens(text);
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        found: Vec::new(),
    };
    while let Some((_, token)) = tokens.get(reader.at) {
        match token {
            // `use ::http::Method` is no path that begins with `use`.
            Token::Word("use" | "dyn" | "impl" | "as") | Token::Symbol(_) => reader.at += 1,
            Token::Word(_) => reader.path(&[]),
        }
    }
    reader.found
}

struct Reader<'t, 'a> {
    tokens: &'t [Placed<'a>],
    at: usize,
    found: Vec<Named<'a>>,
}

impl<'a> Reader<'_, 'a> {
    /// Reads `a::b`, `a::*`, `a::{…}`; stops at the first token that does not belong to it.
    fn path(&mut self, prefix: &[&'a str]) {
        let mut segments = prefix.to_vec();
        let line = self.tokens.get(self.at).map_or(0, |(line, _)| *line);
        while let Some((_, Token::Word(word))) = self.tokens.get(self.at) {
            segments.push(*word);
            self.at += 1;
            if !self.double_colon() {
                break;
            }
            self.at += 2;
            if self.is_symbol(self.at, '{') {
                return self.group(&segments);
            }
        }
        self.found.push((line, segments));
    }

    /// Reads `{a, b::{c}}`; what is no path is passed over.
    fn group(&mut self, prefix: &[&'a str]) {
        self.at += 1;
        while let Some((_, token)) = self.tokens.get(self.at) {
            match token {
                Token::Symbol('}') => {
                    self.at += 1;
                    return;
                }
                // `as` and the name it gives.
                Token::Word("as") => self.at += 2,
                Token::Word(_) => self.path(prefix),
                Token::Symbol(_) => self.at += 1,
            }
        }
    }

    fn double_colon(&self) -> bool {
        self.is_symbol(self.at, ':') && self.is_symbol(self.at + 1, ':')
    }

    fn is_symbol(&self, at: usize, symbol: char) -> bool {
        matches!(self.tokens.get(at), Some((_, Token::Symbol(found))) if *found == symbol)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Vec<String> {
        let mut found = paths(text);
        found.retain(|(_, segments)| segments.len() > 1);
        found
            .iter()
            .map(|(line, segments)| format!("{line} {}", segments.join("::")))
            .collect()
    }

    #[test]
    fn trees_are_written_out() {
        let text = "use a::{b, c::{d as e, *},
 f::g}; use h::*;";
        assert_eq!(written(text), ["1 a::b", "1 a::c::d", "2 a::f::g"]);
        assert_eq!(written("use ::http::Method;"), ["1 http::Method"]);
    }

    #[test]
    fn paths_in_code_and_macros_count() {
        let text = "fn f() -> underpin::Result<()> { x!(crate::a::b::<C>(d)) }";
        assert_eq!(written(text), ["1 underpin::Result", "1 crate::a::b"]);
    }
}
