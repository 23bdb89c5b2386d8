//! Plural and singular of English words, as the originals form them: `comment` and `comments`, `person`
//! and `people`. What they are used for is the dialects' business.

/// Singulars that v1's word list forms in its own way.
const V1_SINGULARS: &[(&str, &str)] = &[
    ("analyses", "analyasis"),
    ("axes", "ax"),
    ("bases", "basis"),
    ("gas", "ga"),
    ("is", "i"),
    ("jeans", "jean"),
    ("leaves", "leave"),
    ("media", "medium"),
    ("phenomena", "phenomena"),
    ("police", "polouse"),
    ("s", ""),
    ("schemata", "schematum"),
    ("shoes", "sho"),
    ("stadia", "stadium"),
    ("this", "thi"),
];

/// Plurals that v1's word list forms in its own way.
const V1_PLURALS: &[(&str, &str)] = &[
    ("cacti", "cactis"),
    ("alumni", "alumnis"),
    ("fish", "fishes"),
    ("gas", "gas"),
    ("is", "is"),
    ("money", "money"),
    ("phenomena", "phenomenas"),
    ("schemata", "schemata"),
    ("stadia", "stadia"),
    ("staff", "staffs"),
    ("this", "this"),
];

/// One of many, in the words of v0.
pub fn singular(word: &str) -> String {
    if word.is_empty() {
        String::new()
    } else {
        pluralizer::pluralize(word, 1, false)
    }
}

/// Many of one, in the words of v0.
pub fn plural(word: &str) -> String {
    if word.is_empty() {
        String::new()
    } else {
        pluralizer::pluralize(word, 2, false)
    }
}

/// One of many, in the words of v1.
pub fn v1_singular(word: &str) -> String {
    special(V1_SINGULARS, word).unwrap_or_else(|| singular(word))
}

/// Many of one, in the words of v1.
pub fn v1_plural(word: &str) -> String {
    special(V1_PLURALS, word).unwrap_or_else(|| plural(word))
}

fn special(table: &[(&str, &str)], word: &str) -> Option<String> {
    let found = table.iter().find(|(from, _)| *from == word);
    found.map(|(_, to)| (*to).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_not_regular() {
        for (one, many) in [
            ("post", "posts"),
            ("category", "categories"),
            ("person", "people"),
            ("mouse", "mice"),
            ("child", "children"),
            ("address", "addresses"),
            ("status", "statuses"),
            ("news", "news"),
            ("userProfile", "userProfiles"),
        ] {
            assert_eq!(singular(many), one);
            assert_eq!(plural(one), many);
            assert_eq!(v1_singular(many), one);
            assert_eq!(v1_plural(one), many);
        }
        assert_eq!(v1_singular("leaves"), "leave");
        assert_eq!(singular("leaves"), "leaf");
    }
}
