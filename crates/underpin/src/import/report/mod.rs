//! What an import, a dry run or a verification found: to read, to sign, and for programs. Nothing of what records say.

mod html;
mod json;
mod text;

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Source, Verification, scratch::Scratch, statements::Target};
use crate::{Result, StartError};

/// How many findings and how many differences a report on a terminal shows.
const SHOWN: usize = 20;

/// What became of the records: `read` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records in the source.
    pub read: u64,
    /// Rows that were not there before.
    pub inserted: u64,
    /// Rows that were there and differed.
    pub updated: u64,
    /// Rows that were there as the source has them.
    pub unchanged: u64,
    /// Records that came a second time just as the first.
    pub skipped: u64,
    /// Records that cannot go in.
    pub rejected: u64,
}

impl Counts {
    /// Records that are in the target.
    pub fn accepted(&self) -> u64 {
        self.inserted + self.updated + self.unchanged
    }

    /// Whether every record that was read is accounted for.
    pub fn add_up(&self) -> bool {
        self.read == self.accepted() + self.skipped + self.rejected
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Run,
    DryRun,
    Verify,
    /// Records were rejected, and nothing was to be written then.
    Stopped,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Run => "import",
            Self::DryRun => "dry run",
            Self::Verify => "verification",
            Self::Stopped => "stopped before writing",
        }
    }
}

/// What it comes to: the program's exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything went in, or is in: 0.
    Clean,
    /// Records were rejected: 3.
    Rejected,
    /// Source and target differ, or the counts do not add up: 4.
    Different,
}

/// What an import, a dry run or a verification found.
#[derive(Debug)]
pub struct Report {
    pub(super) mode: Mode,
    pub(super) source: String,
    pub(super) target: &'static str,
    /// The name of the run; none if nothing was to be written.
    pub run: Option<String>,
    /// Where the backup is.
    pub backup: Option<String>,
    /// Behind which record an interrupted run was taken up again.
    pub resumed_at: Option<u64>,
    /// What became of the records. A verification counts what it read, skipped and rejected.
    pub counts: Counts,
    /// Rows of the target before.
    pub rows_before: Option<u64>,
    /// Rows of the target after.
    pub rows_after: Option<u64>,
    /// The comparison with the target; none in a dry run.
    pub verification: Option<Verification>,
    started: Option<DateTime<Utc>>,
    took: TimeDelta,
    scratch: Scratch,
}

impl Report {
    pub(super) fn new(
        mode: Mode,
        source: &Source,
        target: &Target,
        counts: Counts,
        scratch: Scratch,
    ) -> Self {
        Self {
            mode,
            source: source.to_string(),
            target: target.table.name,
            run: None,
            backup: None,
            resumed_at: None,
            counts,
            rows_before: None,
            rows_after: None,
            verification: None,
            started: None,
            took: TimeDelta::zero(),
            scratch,
        }
    }

    pub(super) fn timed(mut self, started: DateTime<Utc>, ended: DateTime<Utc>) -> Self {
        self.started = Some(started);
        self.took = ended - started;
        self
    }

    /// What it comes to.
    pub fn outcome(&self) -> Outcome {
        let found = self.verification.unwrap_or_default();
        let is_right = match self.mode {
            Mode::Verify => found.is_equal(),
            Mode::Run => {
                self.counts.add_up() && found.contains_all() && found.same == self.counts.accepted()
            }
            Mode::DryRun | Mode::Stopped => self.counts.add_up(),
        };
        match self.mode {
            _ if !is_right => Outcome::Different,
            Mode::Verify => Outcome::Clean,
            _ if self.counts.rejected > 0 => Outcome::Rejected,
            _ => Outcome::Clean,
        }
    }

    /// How many records have a finding of each kind and variant.
    pub fn kinds(&mut self) -> Result<Vec<(String, String, u64)>> {
        let kinds = self.scratch.kinds()?;
        let triples = kinds
            .into_iter()
            .map(|of| (of.kind, of.variant, of.records));
        Ok(triples.collect())
    }

    /// The indexes of the records with a finding of this kind.
    pub fn positions(&mut self, kind: &str) -> Result<Vec<u64>> {
        let mut found = Vec::new();
        self.scratch.positions(kind, |index| {
            found.push(index);
            Ok::<(), crate::Error>(())
        })??;
        Ok(found)
    }

    /// Every difference that the verification found: `missing`, `extra` or `changed`, the key, the columns.
    pub fn differences(&mut self) -> Result<Vec<(String, String, String)>> {
        let mut found = Vec::new();
        self.scratch.each_difference(|what, key, columns| {
            found.push((what.to_owned(), key.to_owned(), columns.to_owned()));
            Ok::<bool, crate::Error>(true)
        })??;
        Ok(found)
    }

    /// The report for people at a terminal; the first findings only.
    pub fn print(&mut self, out: &mut dyn Write) -> Result<()> {
        text::write(self, out, SHOWN)
    }

    /// Whether a report could be written there: better known before an import than after it.
    pub(super) fn can_save(path: &Path) -> Result<()> {
        let file = File::options().append(true).create(true).open(path);
        file.map_err(|error| unwritable(path, &error))?;
        Ok(())
    }

    /// Writes the report with every finding: as JSON or HTML if the file's name ends so, as text otherwise.
    pub fn save(&mut self, path: &Path) -> Result<()> {
        let file = File::create(path).map_err(|error| unwritable(path, &error))?;
        let mut out = BufWriter::new(file);
        let ending = path.extension().and_then(|ending| ending.to_str());
        match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("json") => json::write(self, &mut out)?,
            Some("html" | "htm") => html::write(self, &mut out)?,
            _ => text::write(self, &mut out, usize::MAX)?,
        }
        out.flush()?;
        Ok(())
    }

    /// Records about which there is nothing to say.
    fn clean(&mut self) -> Result<u64> {
        let remarkable = self.scratch.remarkable()?;
        Ok(self.counts.read.saturating_sub(remarkable))
    }

    fn verdict(&self) -> &'static str {
        match self.outcome() {
            Outcome::Clean => "clean",
            Outcome::Rejected => "records were rejected",
            Outcome::Different => "source and target differ",
        }
    }

    fn sum(&self) -> String {
        let of = self.counts;
        if self.mode == Mode::Verify {
            let (read, skipped, rejected) = (of.read, of.skipped, of.rejected);
            return format!("read {read}, of which skipped {skipped} and rejected {rejected}");
        }
        let (sign, note) = if of.add_up() {
            ("=", "")
        } else {
            ("is not", ": these do not add up")
        };
        format!(
            "read {} {sign} inserted {} + updated {} + unchanged {} + skipped {} + rejected {}{note}",
            of.read, of.inserted, of.updated, of.unchanged, of.skipped, of.rejected
        )
    }

    fn comparison(&self) -> Option<String> {
        let found = self.verification?;
        let Verification {
            expected,
            rows,
            same,
            missing,
            extra,
            changed,
        } = found;
        Some(format!(
            "{expected} expected, {rows} rows in the table: {same} the same, {missing} missing, \
             {changed} changed, {extra} that the source does not have"
        ))
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> StartError {
    StartError::new(
        path.display().to_string(),
        format!("the report cannot be written: {error}"),
        "Name another file.",
    )
}

/// A text of a file as it may be shown: nothing that moves a cursor or breaks a line, and not without end.
fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut safe = String::new();
    for character in text.chars().take(LONGEST) {
        if character.is_control() || is_direction(character) {
            safe.extend(character.escape_unicode());
        } else {
            safe.push(character);
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        safe.push('…');
    }
    safe
}

/// Turns the direction of what follows.
fn is_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
