//! What is wrong with a JSON text, in the words that JavaScript has for it. Finding it is the parser's work.

/// Characters that are shown on each side of a bad one.
const AROUND: usize = 10;

/// JavaScript's words for `error`, which reading `text` gave; with `lines` it also tells line and column.
pub fn words(text: &str, error: &serde_json::Error, lines: bool) -> String {
    if error.is_eof() {
        return "Unexpected end of JSON input".to_owned();
    }
    let at = place(text, error);
    let said = error.to_string();
    let says = |part: &str| said.contains(part);
    let before = text
        .get(..at)
        .unwrap_or_default()
        .trim_end()
        .chars()
        .next_back();
    let bad = text.get(at..).and_then(|rest| rest.chars().next());
    let what = if says("key must be a string") && before == Some('{') {
        "Expected property name or '}'"
    } else if says("key must be a string") || says("trailing comma") && bad == Some('}') {
        "Expected double-quoted property name"
    } else if says("expected `:`") {
        "Expected ':' after property name"
    } else if says("expected `,` or `}`") {
        "Expected ',' or '}' after property value"
    } else if says("expected `,` or `]`") {
        "Expected ',' or ']' after array element"
    } else if says("trailing characters") {
        return positioned(
            "Unexpected non-whitespace character after JSON",
            text,
            at,
            lines,
        );
    } else if says("control character") {
        "Bad control character in string literal"
    } else if says("invalid escape") {
        "Bad escaped character"
    } else {
        return unexpected(text, at);
    };
    positioned(&format!("{what} in JSON"), text, at, lines)
}

/// Where the bad character begins, in bytes.
fn place(text: &str, error: &serde_json::Error) -> usize {
    let line = error.line().saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let mut at = (start + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn positioned(what: &str, text: &str, at: usize, lines: bool) -> String {
    let before = text.get(..at).unwrap_or_default();
    let position = units(before);
    if !lines {
        return format!("{what} at position {position}");
    }
    let line = before.matches('\n').count() + 1;
    let column = units(before.rsplit('\n').next().unwrap_or_default()) + 1;
    format!("{what} at position {position} (line {line} column {column})")
}

/// JavaScript's words for the character at `at`, with what stands around it.
pub fn unexpected(text: &str, at: usize) -> String {
    let Some(bad) = text.get(at..).and_then(|rest| rest.chars().next()) else {
        return "Unexpected end of JSON input".to_owned();
    };
    let all: Vec<char> = text.chars().collect();
    let place = text.get(..at).unwrap_or_default().chars().count();
    let (from, to) = (
        place.saturating_sub(AROUND),
        (place + AROUND).min(all.len()),
    );
    let is_short = all.len() <= 2 * AROUND;
    let (from, to) = if is_short { (0, all.len()) } else { (from, to) };
    let shown: String = all.get(from..to).unwrap_or_default().iter().collect();
    let (left, right) = (
        if from > 0 { "..." } else { "" },
        if to < all.len() { "..." } else { "" },
    );
    format!("Unexpected token '{bad}', {left}\"{shown}\"{right} is not valid JSON")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::value::parse;

    fn said(text: &str) -> String {
        words(text, &parse(text).unwrap_err(), true)
    }

    #[test]
    fn bad_json_in_the_words_of_javascript() {
        for (text, expected) in [
            (
                "{bad",
                "Expected property name or '}' in JSON at position 1 (line 1 column 2)",
            ),
            ("t=1", "Unexpected token '=', \"t=1\" is not valid JSON"),
            ("{\"a\":1", "Unexpected end of JSON input"),
            (" ", "Unexpected end of JSON input"),
            (
                "{\"a\":1,}",
                "Expected double-quoted property name in JSON at position 7 (line 1 column 8)",
            ),
            (
                "{}x",
                "Unexpected non-whitespace character after JSON at position 2 (line 1 column 3)",
            ),
            (
                "{\"a\" 1}",
                "Expected ':' after property name in JSON at position 5 (line 1 column 6)",
            ),
            (
                "[1 2]",
                "Expected ',' or ']' after array element in JSON at position 3 (line 1 column 4)",
            ),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
        let text = "{\"a\":1}";
        assert!(parse(text).is_ok());
    }
}
