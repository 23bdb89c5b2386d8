//! The same answers as an engine made for JavaScript gives, and an end to those that would take for ever.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

fn original(source: &str) -> Option<regress::Regex> {
    let flags = regress::Flags {
        icase: true,
        ..regress::Flags::default()
    };
    regress::Regex::with_flags(source, flags).ok()
}

fn is_in(source: &str, text: &str) -> bool {
    let pattern = Pattern::new(source);
    pattern
        .unwrap_or_else(|bad| panic!("{source}: {bad:?}"))
        .is_in(text)
}

const SOURCES: &[&str] = &[
    "",
    "a",
    "^a",
    "a$",
    "^$",
    ".",
    "^.$",
    "a.b",
    "^a|b$",
    "x*",
    "(ab)+",
    "a{2}",
    "a{1,}b",
    "a{,2}",
    "{",
    "}",
    "]",
    "a{b",
    r"\d",
    r"\D",
    r"\w",
    r"^\W$",
    r"\s",
    r"^\S+$",
    r"\ba",
    r"\Bb",
    r"a\b",
    r"^\B",
    "[^]",
    "[]",
    "[^]b",
    "a[]|b",
    r"\/",
    r"\u0061",
    r"\x61",
    r"\x6",
    r"\cJ",
    r"\c",
    r"[\cJ]",
    r"[\c]",
    r"\0",
    r"\101",
    r"\8",
    r"\1",
    "(?<n>a)b",
    r"(?<n>a)\k<n>",
    r"\k",
    "[a[b]",
    "[a&&b]",
    "[+--b]",
    "[a~~b]",
    "[--a]",
    "[-a]",
    "[a-]",
    r"[\w-a]",
    r"[\d-\x7a]",
    r"[\b]",
    "[^a-z]",
    r"[^\s\S]",
    r"[\s\S]",
    r"[\]]",
    r"[\\]",
    "[.]",
    "[$^]",
    "[(]",
    "a(?=b)",
    "a(?!b)",
    "(?<=a)b",
    "(?<!a)b",
    r"(a)\1",
    r"(a)?\1b",
    r"(a|(b))c\2",
    "é",
    "[é]",
    "[à-ü]",
    "ß",
    "ω",
    "(?:a|b){2}",
    "a+?b",
    "a??b",
    "(?:)",
    "(?=a)b|c",
    r"\uD83D\uDE00",
    "<",
    ">",
    "#",
    " ",
    "&",
    "~",
    r"\-",
    r"\<",
    r"\_",
    r"\p{L}",
    "ab#c",
    "\u{1F600}",
];

const TEXTS: &[&str] = &[
    "", "a", "A", "b", "ab", "AB", "aa", "aAb", "aab", "a\nb", "a\n", "\n", "\r", "\u{2028}",
    "\u{85}", "a b", "a{,2}", "{", "a{b", "}", "]", "0", "7", "٣", "é", "É", "aéa", "ß", "ẞ", "Ω",
    "_", "-", "&", "[", "~", "\\", "\\c", "/", "uu", "x6", "k", "8", "\u{8}", "\u{0}", "\u{1}",
    "\u{a0}", "\u{feff}", "😀", "<", ">", "#", "ab#c", " ", "bcB", "acc", "p{L}", "$", "^", "(",
    ".", "K",
];

#[test]
fn answers_are_those_of_the_original() {
    for source in SOURCES {
        let original = original(source).unwrap_or_else(|| panic!("{source} is invalid"));
        for text in TEXTS {
            let expected = original.find(text).is_some();
            // The original does not put a pair together.
            if source.contains(r"\uD83D") {
                assert_eq!(is_in(source, text), *text == "😀");
            } else {
                assert_eq!(is_in(source, text), expected, "/{source}/i on {text:?}");
            }
        }
    }
}

#[test]
fn letters_beyond_ascii_are_none_of_ascii() {
    // As JavaScript has it: /[a-z]/i.test("\u212A") and /s/i.test("\u017F") are false, /\u03c3/i.test("\u03c2") is true.
    for (source, text) in [
        ("[a-z]", "\u{212A}"),
        ("k", "\u{212A}"),
        ("s", "\u{17F}"),
        (r"\w", "\u{17F}"),
    ] {
        assert!(!is_in(source, text), "{source}");
    }
    assert!(is_in(r"\u03c3", "\u{3C2}") && is_in("[\u{3c2}]", "\u{3A3}"));
}

#[test]
fn braces_after_u_are_a_number_of_times() {
    // As JavaScript has it; the crate reads a code point.
    assert!(is_in(r"^\u{2}$", "uU") && !is_in(r"\u{61}", "a"));
}

#[test]
fn a_text_that_takes_too_long_does_not_match() {
    let text = |length: usize| format!("{}b", "a".repeat(length));
    assert!(is_in("a(?=b)", &text(9_000)) && !is_in("a(?=b)", &text(10_000)));
    assert!(is_in("ab", &text(1_000_000)));
    // It would, by the second way, if the first did not take so long to fail.
    let slow = "^(?:(?:a|(?=a)a)*$|a)";
    assert!(is_in(slow, &text(5)) && !is_in(slow, &text(50)));
}

#[test]
fn what_would_take_for_ever_ends_at_once() {
    let long = format!("{}!", "a".repeat(5_000));
    let lines = "ab\n".repeat(1_700);
    let patterns = [
        "(a+)+$",
        "(a|a)*b",
        "(.*a){20}b",
        "(a*)*b",
        "(?:a?){30}b",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        r"(a+)+\1b",
        "(?=(a+)+b)",
        r"(?!(a|aa)+$)(a|a)*b\B",
        r"(x+x+)+y",
        "(?<=(?:a+)+)b",
        r"(.*)(.*)(.*)\1\2\3b",
        r"(?=.*x)(?=.*y)(?=.*z)",
        "(?<=a.*)b",
    ];
    for source in patterns {
        let started = Instant::now();
        if let Ok(pattern) = Pattern::new(source) {
            for text in [&long, &lines] {
                pattern.is_in(text);
            }
        }
        let took = started.elapsed();
        println!("{source} {took:?}");
        assert!(took < Duration::from_secs(2), "{source} took {took:?}");
    }
    assert!(is_in("(a+)+!$", &long) && !is_in("(a|a)*b", &long) && is_in("(.*a){20}", &long));
}

#[test]
fn what_is_too_much_is_refused() {
    let problem = |source: &str| Pattern::new(source).map(|_| ()).unwrap_err().0;
    assert_eq!(problem(&"a".repeat(1_001)), "Longer than 1000 characters");
    assert!(Pattern::new(&"é".repeat(1_000)).is_ok());
    for source in [
        "((a{1000}){1000}){1000}",
        "(?:.{500}){500}",
        "(?=((a{1000}){1000}){1000})",
    ] {
        assert!(problem(source).starts_with("Too large"), "{source}");
    }
    for source in [
        r"\1(a)",
        r"(a\1)",
        r"(?:(a)|b)*\1",
        r"(?<=a)(b)\1",
        "(?i:a)",
        r"\uD83D",
        r"[\uDE00]",
    ] {
        assert!(problem(source).ends_with("are not supported"), "{source}");
    }
    for (source, words) in [
        ("[", "Unterminated character class"),
        ("(a", "Unterminated group"),
        ("a)", "Unmatched ')'"),
        ("*", "Nothing to repeat"),
        ("\\", "\\ at end of pattern"),
    ] {
        assert_eq!(problem(source), words, "{source}");
    }
}

fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a", "b", "é", "1", "_", " ", ".", "^", "$", "|", "(", ")", "(?:", "*", "+", "?", "{",
        "{2}", "{1,2}", "}", "[", "]", "[^", "-", r"\d", r"\w", r"\W", r"\s", r"\b", r"\B", "&&",
        "~~", "(?=", "(?!", "(?<=", r"\/", r"\x61", r"\u00e9", r"\c", r"\12", "(?<n>", r"\.",
        r"\-", ",",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn any_expression_answers_as_the_original(
        pieces in prop::collection::vec(piece(), 0..7),
        texts in prop::collection::vec("[abAB1_ éÉ&~.{}\\-/\n,]{0,6}", 4),
    ) {
        let source = pieces.concat();
        match (original(&source), Pattern::new(&source)) {
            (Some(original), Ok(pattern)) => {
                for text in texts {
                    let expected = original.find(&text).is_some();
                    prop_assert_eq!(pattern.is_in(&text), expected, "/{}/i on {:?}", source, text);
                }
            }
            (Some(_), Err(BadPattern(problem))) => {
                let known = problem.ends_with("not supported");
                prop_assert!(known, "/{}/i: {}", source, problem);
            }
            (None, pattern) => prop_assert!(pattern.is_err()),
        }
    }
}
