//! What a rule makes of an address: text, and parts of what its pattern found.

use super::pattern::is_word;

/// A part of the address that a rule makes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Group(usize),
}

/// `$1` and `:name` in a target.
pub(super) fn pieces(target: &str, names: &[String]) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = target;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        let word = |wanted: fn(char) -> bool| {
            let end = after.find(|character| !wanted(character));
            &after[..end.unwrap_or(after.len())]
        };
        let (group, name) = match first {
            '$' => {
                let digits = word(|character| character.is_ascii_digit());
                (digits.parse().ok(), digits)
            }
            ':' => {
                let name = word(is_word);
                let place = names.iter().rposition(|other| other == name);
                if place.is_none() && !name.is_empty() {
                    return Err(format!(
                        "the target names `:{name}`, which the pattern does not have"
                    ));
                }
                (place.map(|place| place + 1), name)
            }
            _ => (None, ""),
        };
        if let Some(group) = group {
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
            }
            pieces.push(Piece::Group(group));
            rest = &after[name.len()..];
        } else {
            text.push(first);
            rest = after;
        }
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}
