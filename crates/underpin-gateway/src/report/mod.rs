//! What a replay found, for people and for programs. Judges nothing.

mod diff;
mod html;
mod junit;
mod machine;
mod terminal;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

pub use terminal::{Terminal, describe};

use crate::{
    compare::{Answer, Difference},
    har::Exchange,
    replay::Outgoing,
};

/// What became of one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Equal, or excused value by value.
    Matched,
    /// Different, and the recording itself says why that does not count.
    Excused(String),
    /// Different.
    Mismatched,
    /// Not judged, and why.
    Skipped(String),
}

/// One exchange with its verdict.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The recorded exchange.
    pub exchange: Exchange,
    /// What became of it.
    pub verdict: Verdict,
    /// What is different and not excused.
    pub differences: Vec<Difference>,
    /// What is different and excused, by rule.
    pub excused: BTreeMap<String, usize>,
    /// What was sent.
    pub sent: Outgoing,
    /// What the candidate answered, if it did.
    pub answer: Option<Answer>,
    /// How long the candidate took.
    pub took: Duration,
}

/// A whole replay.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The recording's file name.
    pub recording: String,
    /// The candidate's address.
    pub target: String,
    /// Every exchange that was sent.
    pub outcomes: Vec<Outcome>,
    /// Reasons of the rules that excused nothing.
    pub unused_rules: Vec<String>,
    /// What the person should know besides.
    pub notices: Vec<String>,
}

/// How many exchanges ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Equal.
    pub matched: usize,
    /// Different, but excused by the recording.
    pub excused: usize,
    /// Different.
    pub mismatched: usize,
    /// Not judged.
    pub skipped: usize,
}

impl Report {
    /// Counts the verdicts.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for outcome in &self.outcomes {
            *match outcome.verdict {
                Verdict::Matched => &mut totals.matched,
                Verdict::Excused(_) => &mut totals.excused,
                Verdict::Mismatched => &mut totals.mismatched,
                Verdict::Skipped(_) => &mut totals.skipped,
            } += 1;
        }
        totals
    }

    /// How many exchanges a written rule excused, in whole or in part, or left out.
    pub fn under_rules(&self) -> usize {
        let ruled = |outcome: &&Outcome| match &outcome.verdict {
            Verdict::Excused(why) | Verdict::Skipped(why) if why.starts_with("rule: ") => true,
            _ => outcome.excused.keys().any(|why| why.starts_with("rule: ")),
        };
        self.outcomes.iter().filter(ruled).count()
    }

    /// The same in per cent.
    #[expect(clippy::cast_precision_loss, reason = "far fewer exchanges than 2^52")]
    pub fn share_under_rules(&self) -> f64 {
        100.0 * self.under_rules() as f64 / self.outcomes.len().max(1) as f64
    }

    /// What was excused, by rule: values in judged exchanges, and whole exchanges.
    pub fn excuses(&self) -> BTreeMap<&str, usize> {
        let mut all = BTreeMap::new();
        for outcome in &self.outcomes {
            match &outcome.verdict {
                Verdict::Skipped(_) => continue,
                Verdict::Excused(why) => *all.entry(why.as_str()).or_default() += 1,
                Verdict::Matched | Verdict::Mismatched => {}
            }
            for (rule, count) in &outcome.excused {
                *all.entry(rule.as_str()).or_default() += count;
            }
        }
        all
    }

    /// Writes the report to `path`; the extension says in which form.
    ///
    /// # Errors
    /// An unknown extension, or a file that cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        let render = form(path)?;
        fs::write(path, render(self)).map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// Checks that a report can be written in the form that the extension of `path` names.
///
/// # Errors
/// Says which extensions there are.
pub fn check_form(path: &Path) -> Result<(), String> {
    form(path).map(|_| ())
}

fn form(path: &Path) -> Result<fn(&Report) -> String, String> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => Ok(html::render),
        Some("json") => Ok(machine::render),
        Some("xml") => Ok(junit::render),
        _ => Err(format!(
            "{}: a report ends in .html, .json or .xml (JUnit)",
            path.display()
        )),
    }
}

/// Leaves out the signatures of tokens: a report may be passed on, a login may not.
fn without_signatures(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for found in crate::compare::scan(text) {
        if found.kind != crate::compare::TokenKind::Jwt {
            continue;
        }
        let end = found.start + found.length;
        let token = text.get(found.start..end).unwrap_or_default();
        let signature = token.rsplit('.').next().map_or(0, str::len);
        out.push_str(text.get(at..end - signature).unwrap_or_default());
        out.push('…');
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// At most `limit` characters of `text`, on one line.
fn shortened(text: &str, limit: usize) -> String {
    let plain = without_signatures(text);
    let line: String = plain.chars().flat_map(visible).collect();
    if line.chars().count() <= limit {
        return line;
    }
    let mut short: String = line.chars().take(limit).collect();
    short.push('…');
    short
}

fn visible(letter: char) -> Vec<char> {
    if letter.is_control() {
        letter.escape_default().collect()
    } else {
        vec![letter]
    }
}
