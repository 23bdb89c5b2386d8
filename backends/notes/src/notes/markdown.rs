//! What a note's text says about its title, and how it is stored (contract section 9). No Markdown beyond that.

/// The title of a note without a first-level heading.
pub const UNTITLED: &str = "Untitled Note";

/// Whether Python's `str.strip` and `\s` take `character` for whitespace: Unicode's `White_Space` and
/// the four information separators.
fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

/// `text` without the whitespace at both ends, as Python's `str.strip` does it.
pub fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// The title that the text gives itself: what Python's pattern `^#\s+(.+)$` finds first in
/// multi-line mode, stripped; [`UNTITLED`] if it finds nothing.
///
/// The whitespace after `#` may span lines, and only a line feed ends a line.
pub fn title(text: &str) -> &str {
    let mut line_start = 0;
    loop {
        let line = &text[line_start..];
        if let Some(found) = line.strip_prefix('#').and_then(after_space) {
            return strip(found);
        }
        match line.find('\n') {
            Some(end) => line_start += end + 1,
            None => return UNTITLED,
        }
    }
}

/// What `\s+(.+)$` captures at the start of `text`.
fn after_space(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(is_space);
    if rest.len() == text.len() {
        return None;
    }
    if !rest.is_empty() {
        return rest.split('\n').next();
    }
    // Nothing but whitespace up to the end: the pattern gives back its last character that is no
    // line feed, but keeps one for itself.
    let first = text.chars().next().map_or(0, char::len_utf8);
    let at = text[first..].rfind(|character| character != '\n')? + first;
    text[at..].split('\n').next()
}

/// The text as it is stored: stripped, and a lone heading is followed by an empty line to write on.
pub fn format(text: &str) -> String {
    let text = strip(text);
    match text.strip_prefix("# ") {
        Some(heading) if heading == title(text) => format!("{text}\n\n"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Sent content, stored title, stored content (`None`: unchanged).
    const TABLE: &[(&str, &str, Option<&str>)] = &[
        ("# Test\n\nContent", "Test", None),
        ("No heading", UNTITLED, None),
        ("## Not H1\n\nContent", UNTITLED, None),
        ("# Multiple\n\n# Headings", "Multiple", None),
        (
            "# Title with spaces  ",
            "Title with spaces",
            Some("# Title with spaces\n\n"),
        ),
        ("# Only", "Only", Some("# Only\n\n")),
        ("# Only\n", "Only", Some("# Only\n\n")),
        ("# Only\n\n\n", "Only", Some("# Only\n\n")),
        ("#  Two spaces", "Two spaces", None),
        ("#NoSpace", UNTITLED, None),
        ("    ", UNTITLED, Some("")),
        ("#   ", UNTITLED, Some("#")),
        (
            "  \n # Indented first line",
            "Indented first line",
            Some("# Indented first line\n\n"),
        ),
        ("    # code block", "code block", Some("# code block\n\n")),
        ("intro\n# Later", "Later", None),
        ("intro\n  # Indented", UNTITLED, None),
        ("# Trailing ##", "Trailing ##", Some("# Trailing ##\n\n")),
        ("# Closed #", "Closed #", Some("# Closed #\n\n")),
        ("#\n\nHello", "Hello", None),
        ("# \n## Sub", "## Sub", None),
        ("a\n#\n# B", "# B", None),
        ("text\n#   \nnext", "next", None),
        ("#\tTab", "Tab", None),
        ("#\u{a0}Nbsp", "Nbsp", None),
        ("# CRLF\r\nbody", "CRLF", None),
        ("# CRLF only\r\n", "CRLF only", Some("# CRLF only\n\n")),
        ("#\r\nX", "X", None),
        ("line\r# CR only", UNTITLED, None),
        ("```\n# in fence\n```", "in fence", None),
        ("```\n# comment\n```\n\n# Real title", "comment", None),
        ("\\# Escaped", UNTITLED, None),
        ("> # quote", UNTITLED, None),
        ("Setext\n======", UNTITLED, None),
        ("####", UNTITLED, None),
        ("---\ntitle: fm\n---\n# After", "After", None),
        ("<!-- # c -->\n# D", "D", None),
        (
            "# **Bold** `code` [l](u)",
            "**Bold** `code` [l](u)",
            Some("# **Bold** `code` [l](u)\n\n"),
        ),
        ("# # double", "# double", Some("# # double\n\n")),
        ("\u{feff}# x", UNTITLED, None),
        ("\u{200b}# x", UNTITLED, None),
        ("\u{3000}# x", "x", Some("# x\n\n")),
        ("\u{1f}# x", "x", Some("# x\n\n")),
        ("\t# x", "x", Some("# x\n\n")),
        ("# a\u{2028}b", "a\u{2028}b", Some("# a\u{2028}b\n\n")),
        ("# a\u{2029}b", "a\u{2029}b", Some("# a\u{2029}b\n\n")),
        ("# a\u{85}b", "a\u{85}b", Some("# a\u{85}b\n\n")),
        ("# a\u{b}b", "a\u{b}b", Some("# a\u{b}b\n\n")),
        ("# x\u{1c}", "x", Some("# x\n\n")),
        ("# end\u{a0}", "end", Some("# end\n\n")),
        ("# Untitled Note", UNTITLED, Some("# Untitled Note\n\n")),
        ("# Untitled\n\n", "Untitled", Some("# Untitled\n\n")),
    ];

    #[test]
    fn the_table_of_the_contract() {
        for (sent, expected, stored) in TABLE {
            let formatted = format(sent);
            assert_eq!(title(&formatted), *expected, "title of {sent:?}");
            assert_eq!(formatted, stored.unwrap_or(sent), "stored form of {sent:?}");
        }
    }

    /// The pattern as a backtracking engine tries it: every start, the longest whitespace first.
    fn slow_title(text: &str) -> String {
        let text: Vec<char> = text.chars().collect();
        for start in 0..text.len() {
            if text[start] != '#' || (start > 0 && text[start - 1] != '\n') {
                continue;
            }
            let spaces = text[start + 1..]
                .iter()
                .take_while(|next| is_space(**next))
                .count();
            for taken in (1..=spaces).rev() {
                let rest: String = text[start + 1 + taken..]
                    .iter()
                    .take_while(|next| **next != '\n')
                    .collect();
                if !rest.is_empty() {
                    return strip(&rest).to_owned();
                }
            }
        }
        UNTITLED.to_owned()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn agrees_with_the_pattern(text in "[# \n\r\ta\u{a0}\u{1c}\u{2028}é]{0,14}") {
            prop_assert_eq!(title(&text), slow_title(&text));
        }

        #[test]
        fn storing_what_is_stored_changes_nothing(text in "[# \n\ra]{0,14}") {
            let stored = format(&text);
            prop_assert_eq!(format(&stored), stored.clone());
            prop_assert_eq!(title(strip(&stored)), title(strip(&text)));
        }
    }
}
