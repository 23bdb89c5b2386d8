//! Names that resemble one another: suggestions for unknown keys, warnings for likely typos.

use std::collections::BTreeSet;

use super::{Sources, Variable};
use crate::Complaint;

/// Set names that are unknown but close to a known one that is set nowhere.
pub(super) fn likely_typos(sources: &Sources, variables: &[Variable]) -> Vec<Complaint> {
    let known: BTreeSet<&str> = variables.iter().map(Variable::name).collect();
    let absent: Vec<&str> = known
        .iter()
        .copied()
        .filter(|name| sources.find(name).is_none())
        .collect();
    let mut warnings = Vec::new();
    for (name, place) in sources
        .free_names()
        .filter(|(name, _)| !known.contains(name))
    {
        if let Some(meant) = closest(name, absent.iter().copied()) {
            warnings.push(Complaint {
                subject: name.to_owned(),
                problem: format!("is set ({place}) but means nothing here"),
                remedy: format!("If {meant} is meant, rename it."),
            });
        }
    }
    warnings
}

/// Letters that a slip takes at most.
const MOST: usize = 2;

/// The candidate that `name` may be a slip for: one letter off, or two in a long name.
pub(super) fn closest<'a>(
    name: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    // Each letter of difference in length is one more or one less. Only what is left is worth a closer look.
    let length = name.chars().count();
    let alike = candidates.filter(|candidate| candidate.chars().count().abs_diff(length) <= MOST);
    let distances = alike.map(|candidate| (distance(name, candidate), candidate));
    let near = distances.filter(|(off, candidate)| match candidate.len() {
        0..5 => false,
        5..10 => *off <= 1,
        _ => *off <= MOST,
    });
    near.min_by_key(|(off, _)| *off)
        .map(|(_, candidate)| candidate)
}

/// Letters to add, drop, change or swap with their neighbour (optimal string alignment).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    let mut previous = None;
    for (row, letter) in left.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let at =
                |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX - 1);
            let changed = at(&last, column) + usize::from(letter != *other);
            let mut best = changed
                .min(at(&last, column + 1) + 1)
                .min(at(&current, column) + 1);
            let swapped =
                column > 0 && previous == Some(*other) && right.get(column - 1) == Some(&letter);
            if swapped {
                best = best.min(at(&before_last, column - 1) + 1);
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
        previous = Some(letter);
    }
    last.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_names_are_not() {
        let known = ["DATABASE_URL", "PORT", "LOG_LEVEL", "HOST"];
        let close = |name| closest(name, known.into_iter());
        assert_eq!(close("DATABSE_URL"), Some("DATABASE_URL"));
        assert_eq!(close("DATABASE_ULR"), Some("DATABASE_URL"));
        assert_eq!(close("LOGLEVEL"), Some("LOG_LEVEL"));
        assert_eq!(close("LOG_LEVLE"), Some("LOG_LEVEL"));
        assert_eq!(close("HOSTNAME"), None);
        assert_eq!(close("SORT"), None);
        assert_eq!(close(""), None);
    }
}
