//! The report as `JUnit` XML, for continuous integration.

use std::fmt::Write;

use super::{Report, Verdict, describe};

pub(super) fn render(report: &Report) -> String {
    let totals = report.totals();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">",
        escape(&report.recording),
        report.outcomes.len(),
        totals.mismatched,
        totals.skipped + totals.excused
    );
    for outcome in &report.outcomes {
        let exchange = &outcome.exchange;
        let name = format!(
            "#{} {} {} {}",
            exchange.number, exchange.request.method, exchange.request.target, exchange.comment
        );
        let seconds = outcome.took.as_secs_f64();
        let _ = write!(
            out,
            "  <testcase name=\"{}\" time=\"{seconds:.6}\">",
            escape(name.trim())
        );
        match &outcome.verdict {
            Verdict::Matched => {}
            Verdict::Excused(why) | Verdict::Skipped(why) => {
                let _ = write!(out, "<skipped message=\"{}\"/>", escape(why));
            }
            Verdict::Mismatched => {
                let lines: Vec<_> = outcome
                    .differences
                    .iter()
                    .map(|d| describe(outcome, d))
                    .collect();
                let message = format!("{} differences", lines.len());
                let text = escape(&lines.join("\n"));
                let _ = write!(out, "<failure message=\"{message}\">{text}</failure>");
            }
        }
        out.push_str("</testcase>\n");
    }
    out.push_str("</testsuite>\n");
    out
}

/// XML 1.0 has no way to write control characters.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(letter),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
