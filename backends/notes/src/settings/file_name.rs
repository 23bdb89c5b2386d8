//! The name of a note's file in the exported archive (contract section 8). Knows nothing of archives.

use std::collections::{HashMap, HashSet};

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

const LONGEST: usize = 50;
const LONGEST_BEFORE_NUMBER: usize = 45;

/// Gives each note a file name that no earlier note of the archive has.
#[derive(Debug, Default)]
pub struct FileNames {
    used: HashSet<String>,
    next: HashMap<String, u64>,
}

impl FileNames {
    /// A free name for a note with this title, `.md` included.
    pub fn next(&mut self, title: &str) -> String {
        let base = base(title);
        let plain = format!("{}.md", cut(&base, LONGEST));
        if self.used.insert(plain.clone()) {
            return plain;
        }
        let stem = cut(&base, LONGEST_BEFORE_NUMBER);
        let number = self.next.entry(stem.to_owned()).or_insert(1);
        loop {
            let numbered = format!("{stem}_{number}.md");
            *number += 1;
            if self.used.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}

fn base(title: &str) -> String {
    let kept: String = title
        .chars()
        .filter(|character| is_kept(*character))
        .collect();
    match kept.trim() {
        "" => "untitled".to_owned(),
        name => name.to_owned(),
    }
}

fn is_kept(character: char) -> bool {
    matches!(character, ' ' | '-' | '_')
        || character.general_category_group() == GeneralCategoryGroup::Letter
        || matches!(
            character.general_category(),
            GeneralCategory::DecimalNumber
                | GeneralCategory::LetterNumber
                | GeneralCategory::OtherNumber
        )
}

fn cut(name: &str, characters: usize) -> &str {
    match name.char_indices().nth(characters) {
        Some((end, _)) => &name[..end],
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(titles: &[&str]) -> Vec<String> {
        let mut names = FileNames::default();
        titles.iter().map(|title| names.next(title)).collect()
    }

    #[test]
    fn the_table_of_the_contract() {
        let table: &[(&[&str], &[&str])] = &[
            (
                &["Same title", "Same title", "Same title", "same title"],
                &[
                    "Same title.md",
                    "Same title_1.md",
                    "Same title_2.md",
                    "same title.md",
                ],
            ),
            (
                &[
                    "../../etc/passwd",
                    "C:\\windows\\x",
                    "con.txt",
                    ".hidden",
                    "-rf",
                ],
                &[
                    "etcpasswd.md",
                    "Cwindowsx.md",
                    "contxt.md",
                    "hidden.md",
                    "-rf.md",
                ],
            ),
            (
                &["....", "!!!!", "????"],
                &["untitled.md", "untitled_1.md", "untitled_2.md"],
            ),
            (
                &["emoji 🦀 title", "tab\tand\nnewline"],
                &["emoji  title.md", "tabandnewline.md"],
            ),
            (
                &["日本語のタイトル", "हिन्दी शीर्षक"],
                &["日本語のタイトル.md", "हनद शरषक.md"],
            ),
            (
                &["Ⓐ circled ½ ² Ⅷ", "e\u{301}clair decomposed"],
                &["circled ½ ² Ⅷ.md", "eclair decomposed.md"],
            ),
            (
                &["notes_metadata", "notes_metadata.json"],
                &["notes_metadata.md", "notes_metadatajson.md"],
            ),
        ];
        for (titles, expected) in table {
            assert_eq!(&names(titles), expected);
        }
    }

    #[test]
    fn long_titles_are_cut_and_not_trimmed_again() {
        let long = |count| "x".repeat(count);
        let found = names(&[&long(50), &long(51), &long(255), &format!("{} y", long(49))]);
        let stem = long(45);
        let expected = [
            format!("{}.md", long(50)),
            format!("{stem}_1.md"),
            format!("{stem}_2.md"),
            format!("{} .md", long(49)),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_numbered_name_that_is_taken_is_passed_over() {
        let found = names(&["a_1", "a", "a", "a"]);
        assert_eq!(found, ["a_1.md", "a.md", "a_2.md", "a_3.md"]);
    }

    #[test]
    fn a_thousand_equal_titles_stay_cheap_and_distinct() {
        let found = names(&["same"; 1000]);
        assert_eq!(found.iter().collect::<HashSet<_>>().len(), 1000);
        assert_eq!(found.last().map(String::as_str), Some("same_999.md"));
    }
}
