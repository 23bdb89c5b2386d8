//! The report as plain text.

use std::io::Write;

use super::{Report, shown};
use crate::Result;

/// Writes at most `most` findings, and as many differences.
pub(super) fn write(report: &mut Report, out: &mut dyn Write, most: usize) -> Result<()> {
    let (mode, source, target) = (report.mode.name(), shown(&report.source), report.target);
    writeln!(
        out,
        "{mode}: {source} into the table {target}: {}",
        report.verdict()
    )?;
    let facts = [
        ("run", report.run.clone()),
        ("backup", report.backup.clone()),
        (
            "resumed behind record",
            report.resumed_at.map(|at| at.to_string()),
        ),
        (
            "rows before",
            report.rows_before.map(|rows| rows.to_string()),
        ),
        ("rows after", report.rows_after.map(|rows| rows.to_string())),
        ("compared", report.comparison()),
    ];
    for (what, fact) in facts {
        if let Some(fact) = fact {
            writeln!(out, "  {what}: {fact}")?;
        }
    }
    writeln!(out, "  {}", report.sum())?;
    writeln!(out, "  without remark: {}", report.clean()?)?;
    for of in report.scratch.kinds()? {
        let variant = match of.variant.as_str() {
            "" => String::new(),
            variant => format!(" ({})", shown(variant)),
        };
        let kind = shown(&of.kind);
        writeln!(out, "  {}: {kind}{variant}, {}", of.records, of.verdict)?;
    }
    findings(report, out, most)?;
    differences(report, out, most)?;
    writeln!(out, "signed off by: ____________________  on: ____________")?;
    Ok(())
}

fn findings(report: &mut Report, out: &mut dyn Write, most: usize) -> Result<()> {
    let all = report.scratch.findings()?;
    let mut told = 0;
    report.scratch.each_finding(|of| {
        if told == most {
            return Ok(false);
        }
        told += 1;
        let key = of
            .key
            .map(|key| format!(" [{}]", shown(&key)))
            .unwrap_or_default();
        let field = of
            .field
            .map(|field| format!("{}: ", shown(&field)))
            .unwrap_or_default();
        let (place, kind, rule) = (of.place, shown(&of.kind), of.rule);
        writeln!(out, "{} {place}{key} {kind} ({field}{rule})", of.verdict)?;
        Ok::<bool, crate::Error>(true)
    })??;
    if all > told as u64 {
        writeln!(
            out,
            "and {} more; --report FILE tells all",
            all - told as u64
        )?;
    }
    Ok(())
}

fn differences(report: &mut Report, out: &mut dyn Write, most: usize) -> Result<()> {
    let (mut told, mut all) = (0, 0_u64);
    report.scratch.each_difference(|what, key, columns| {
        all += 1;
        if told < most {
            told += 1;
            let columns = match columns {
                "" => String::new(),
                columns => format!(": {columns}"),
            };
            writeln!(out, "{what} [{}]{columns}", shown(key))?;
        }
        Ok::<bool, crate::Error>(true)
    })??;
    if all > told as u64 {
        writeln!(
            out,
            "and {} more differences; --report FILE tells all",
            all - told as u64
        )?;
    }
    Ok(())
}
