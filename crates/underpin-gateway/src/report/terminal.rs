//! Lines for a person at a terminal or a log; colours and progress only where they are wanted.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal, Write},
};

use super::{Outcome, Report, Verdict, shortened};
use crate::compare::Difference;

/// How much of a value is shown, in characters.
const SHOWN: usize = 160;

/// Where lines go, and how.
pub struct Terminal {
    colours: bool,
    progress: bool,
    total: usize,
    done: usize,
}

impl Terminal {
    /// Colours unless `no_colour` or not a terminal; progress only if standard error is one.
    pub fn new(no_colour: bool, total: usize) -> Terminal {
        Terminal {
            colours: !no_colour && io::stdout().is_terminal(),
            progress: io::stderr().is_terminal(),
            total,
            done: 0,
        }
    }

    /// Shows the mismatches of one exchange.
    ///
    /// # Errors
    /// The output is closed.
    pub fn outcome(&mut self, outcome: &Outcome) -> io::Result<()> {
        self.done += 1;
        self.clear()?;
        let mut out = io::stdout().lock();
        let colour = match outcome.verdict {
            Verdict::Mismatched => "31",
            Verdict::Excused(_) => "33",
            Verdict::Matched | Verdict::Skipped(_) => return self.show_progress(),
        };
        for difference in &outcome.differences {
            let line = describe(outcome, difference);
            writeln!(out, "{}", self.paint(colour, &line))?;
        }
        drop(out);
        self.show_progress()
    }

    /// Shows the summary.
    ///
    /// # Errors
    /// The output is closed.
    pub fn summary(&self, report: &Report) -> io::Result<()> {
        self.clear()?;
        let mut out = io::stdout().lock();
        for notice in &report.notices {
            writeln!(out, "note: {}", shortened(notice, 400))?;
        }
        for reason in &report.unused_rules {
            writeln!(out, "note: a rule excused nothing: {reason}")?;
        }
        let excuses = report.excuses();
        if !excuses.is_empty() {
            let counts: Vec<_> = excuses
                .iter()
                .map(|(rule, n)| format!("{rule} {n}"))
                .collect();
            writeln!(out, "excused values: {}", counts.join(", "))?;
        }
        let totals = report.totals();
        let colour = if totals.mismatched == 0 { "32" } else { "31" };
        let line = format!(
            "{} exchanges: {} matched, {} excused, {} mismatched, {} skipped",
            report.outcomes.len(),
            totals.matched,
            totals.excused,
            totals.mismatched,
            totals.skipped
        );
        writeln!(out, "{}", self.paint(colour, &line))?;
        if report.under_rules() > 0 {
            let (count, share) = (report.under_rules(), report.share_under_rules());
            writeln!(out, "{count} of them ({share:.1} %) under written rules")?;
        }
        Ok(())
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.colours {
            format!("\u{1b}[{colour}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn clear(&self) -> io::Result<()> {
        if self.progress {
            write!(io::stderr().lock(), "\r\u{1b}[K")?;
        }
        Ok(())
    }

    fn show_progress(&self) -> io::Result<()> {
        if self.progress {
            let mut out = io::stderr().lock();
            write!(out, "{} of {}", self.done, self.total)?;
            out.flush()?;
        }
        Ok(())
    }
}

/// One mismatch as one line.
pub fn describe(outcome: &Outcome, difference: &Difference) -> String {
    let exchange = &outcome.exchange;
    let mut line = format!(
        "#{} {} {}",
        exchange.number,
        exchange.request.method,
        shortened(&exchange.request.target, 80)
    );
    // Writing to a String cannot fail.
    if !exchange.comment.is_empty() {
        let _ = write!(line, " ({})", shortened(&exchange.comment, 80));
    }
    let recorded = shortened(&difference.recorded, SHOWN);
    let candidate = shortened(&difference.candidate, SHOWN);
    let place = &difference.place;
    let _ = write!(
        line,
        ": {place}: recorded {recorded}, candidate {candidate}"
    );
    if !difference.note.is_empty() {
        let _ = write!(line, " [{}]", shortened(&difference.note, SHOWN));
    }
    if let Verdict::Excused(why) = &outcome.verdict {
        let _ = write!(line, " — excused: {}", shortened(why, SHOWN));
    }
    line
}
