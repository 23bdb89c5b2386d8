//! Sets of characters as JavaScript has them, and which differ in their case only.

use std::{collections::HashMap, sync::LazyLock};

/// The last character there is.
const LAST: u32 = 0x10_FFFF;

/// Characters of a set, as ranges in any order.
#[derive(Clone, Default)]
pub struct Letters(Vec<(u32, u32)>);

/// All that are the same letter, by its upper case. `JavaScript` compares units of 16 bits, and takes
/// no letter beyond ASCII for one of ASCII.
static CASES: LazyLock<HashMap<u32, Vec<u32>>> = LazyLock::new(|| {
    let mut cases: HashMap<u32, Vec<u32>> = HashMap::new();
    for letter in 0..=0xFFFF {
        cases.entry(upper_case(letter)).or_default().push(letter);
    }
    cases.retain(|_, letters| letters.len() > 1);
    cases
});

fn upper_case(code: u32) -> u32 {
    let Some(letter) = char::from_u32(code) else {
        return code;
    };
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) if letter.is_ascii() || !upper.is_ascii() => u32::from(upper),
        _ => code,
    }
}

impl Letters {
    pub fn one(code: u32) -> Self {
        Self(vec![(code, code)])
    }

    pub fn range(first: u32, last: u32) -> Self {
        Self(vec![(first, last)])
    }

    /// All that `.` stands for.
    pub fn of_a_line() -> Self {
        Self(vec![(10, 10), (13, 13), (0x2028, 0x2029)]).others()
    }

    /// What `\d`, `\w`, `\s` and their opposites stand for.
    pub fn of_kind(kind: char) -> Option<Self> {
        let ranges: &[(u32, u32)] = match kind.to_ascii_lowercase() {
            'd' => &[(0x30, 0x39)],
            'w' => &[(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)],
            's' => &[
                (0x09, 0x0D),
                (0x20, 0x20),
                (0xA0, 0xA0),
                (0x1680, 0x1680),
                (0x2000, 0x200A),
                (0x2028, 0x2029),
                (0x202F, 0x202F),
                (0x205F, 0x205F),
                (0x3000, 0x3000),
                (0xFEFF, 0xFEFF),
            ],
            _ => return None,
        };
        let letters = Self(ranges.to_vec());
        Some(if kind.is_ascii_uppercase() {
            letters.others()
        } else {
            letters
        })
    }

    pub fn add(&mut self, more: &Self) {
        self.0.extend(&more.0);
    }

    /// All characters but these.
    pub fn others(mut self) -> Self {
        self.0.sort_unstable();
        let mut others = Vec::new();
        let mut next = 0;
        for (first, last) in self.0 {
            if first > next {
                others.push((next, first - 1));
            }
            next = next.max(last + 1);
        }
        if next <= LAST {
            others.push((next, LAST));
        }
        Self(others)
    }

    /// These in any case.
    pub fn of_any_case(mut self) -> Self {
        let mut more = Vec::new();
        if let [(only, last)] = self.0[..]
            && only == last
        {
            let same = CASES.get(&upper_case(only));
            more.extend(same.into_iter().flatten().map(|code| (*code, *code)));
        } else {
            for same in CASES.values() {
                if same.iter().any(|code| self.has(*code)) {
                    more.extend(same.iter().map(|code| (*code, *code)));
                }
            }
        }
        self.0.extend(more);
        self
    }

    fn has(&self, code: u32) -> bool {
        self.0
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&code))
    }

    /// As the engines write it. Halves of a pair are in no text.
    pub fn write(self, text: &mut String) {
        // The others of the others are the same in order, each once.
        let ordered = self.others().others();
        let ranges = ordered.0.iter().filter_map(|(first, last)| {
            let first = char::from_u32(*first).unwrap_or('\u{E000}');
            let last = char::from_u32(*last).unwrap_or('\u{D7FF}');
            (first <= last).then_some((first, last))
        });
        let ranges: Vec<(char, char)> = ranges.collect();
        if ranges.is_empty() {
            text.push_str("[^\u{0}-\u{10FFFF}]");
            return;
        }
        text.push('[');
        for (first, last) in ranges {
            push(first, text);
            if first < last {
                text.push('-');
                push(last, text);
            }
        }
        text.push(']');
    }
}

fn push(letter: char, text: &mut String) {
    if r"\[]^&-~".contains(letter) {
        text.push('\\');
    }
    text.push(letter);
}
