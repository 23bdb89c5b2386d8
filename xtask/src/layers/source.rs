//! A Rust source as words and symbols, without comments and without what stands in quotes.

/// What the rules look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// An identifier, keyword or number.
    Word(&'a str),
    /// Any other character.
    Symbol(char),
}

/// A token with its line, counted from 1.
pub type Placed<'a> = (usize, Token<'a>);

/// Splits a source. What is no Rust gives some tokens, never a failure.
pub fn tokens(text: &str) -> Vec<Placed<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let line = text.len() - rest.len();
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => 1 + quoted(&rest[1..], '"'),
            '\'' => character_or_lifetime(rest),
            _ if is_word(first) => {
                let word = &rest[..rest.find(|next| !is_word(next)).unwrap_or(rest.len())];
                let raw = raw_string(word, &rest[word.len()..]);
                if raw == 0 {
                    found.push((line, Token::Word(word)));
                }
                word.len() + raw
            }
            _ => {
                if !first.is_whitespace() {
                    found.push((line, Token::Symbol(first)));
                }
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    with_lines(text, found)
}

/// Turns offsets into line numbers.
fn with_lines<'a>(text: &str, mut found: Vec<Placed<'a>>) -> Vec<Placed<'a>> {
    let (mut line, mut counted) = (1, 0);
    for (place, _) in &mut found {
        line += text[counted..*place].matches('\n').count();
        counted = *place;
        *place = line;
    }
    found
}

fn is_word(next: char) -> bool {
    next == '_' || next.is_alphanumeric()
}

/// The length of a comment; comments nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length up to and with the closing quote.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, next) in text.char_indices() {
        if next == quote && !escaped {
            return at + 1;
        }
        escaped = next == '\\' && !escaped;
    }
    text.len()
}

/// `'a'` and `'\n'` whole; of `'static` only the quote.
fn character_or_lifetime(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1);
    match (characters.next(), characters.next()) {
        (Some((_, '\\')), _) => 1 + quoted(&text[1..], '\''),
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 1,
    }
}

/// The length of what follows `r`, `br` or `cr` if it is a raw string, else 0.
fn raw_string(prefix: &str, text: &str) -> usize {
    let hashes = text.len() - text.trim_start_matches('#').len();
    if !matches!(prefix, "r" | "br" | "cr") || !text[hashes..].starts_with('"') {
        return 0;
    }
    let end = format!("\"{}", &text[..hashes]);
    let start = hashes + 1;
    text[start..]
        .find(&end)
        .map_or(text.len(), |at| start + at + end.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let words = tokens(text)
            .into_iter()
            .filter_map(|(_, token)| match token {
                Token::Word(word) => Some(word),
                Token::Symbol(_) => None,
            });
        words.collect()
    }

    #[test]
    fn comments_and_quotes_are_left_out() {
        assert_eq!(words("a // b\nc /* d /* e */ f */ g"), ["a", "c", "g"]);
        assert_eq!(
            words(r##"a "b \" c" d r#"e " f"# g br"h" 'i' '\'' '"' j"##),
            ["a", "d", "g", "j"]
        );
        assert_eq!(
            words("fn f<'a>(x: &'static str) -> r#type"),
            ["fn", "f", "a", "x", "static", "str", "r", "type"]
        );
    }

    #[test]
    fn what_is_never_closed_ends_with_the_file() {
        for text in ["/* a", "\"a", "r#\"a\"", "'", "'\\", "ä\"ö"] {
            assert!(tokens(text).len() <= 1, "{text}");
        }
    }

    #[test]
    fn lines_count_from_one() {
        let lines: Vec<_> = tokens("a\n\n  b\nc")
            .iter()
            .map(|(line, _)| *line)
            .collect();
        assert_eq!(lines, [1, 3, 4]);
    }
}
