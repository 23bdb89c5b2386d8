//! The report for programs, written as it is read: it may be longer than memory.

use std::io::Write;

use serde_json::{Value, json};

use super::{Mode, Outcome, Report};
use crate::Result;

pub(super) fn write(report: &mut Report, out: &mut dyn Write) -> Result<()> {
    let head = head(report);
    writeln!(out, "{{")?;
    if let Value::Object(fields) = head {
        for (name, value) in fields {
            writeln!(out, "  {}: {value},", Value::from(name))?;
        }
    }
    kinds(report, out)?;
    findings(report, out)?;
    differences(report, out)?;
    writeln!(out, "  \"sign_off\": {{\"by\": null, \"on\": null}}\n}}")?;
    Ok(())
}

fn head(report: &Report) -> Value {
    let of = report.counts;
    let outcome = match report.outcome() {
        Outcome::Clean => "clean",
        Outcome::Rejected => "rejected",
        Outcome::Different => "different",
    };
    let mut counts = json!({
        "read": of.read, "inserted": of.inserted, "updated": of.updated, "unchanged": of.unchanged,
        "skipped": of.skipped, "rejected": of.rejected, "add_up": of.add_up(),
    });
    if report.mode == Mode::Verify {
        counts = json!({ "read": of.read, "skipped": of.skipped, "rejected": of.rejected });
    }
    let verification = report.verification.map(|found| {
        json!({
            "expected": found.expected, "rows": found.rows, "same": found.same,
            "missing": found.missing, "extra": found.extra, "changed": found.changed,
        })
    });
    json!({
        "mode": report.mode.name(),
        "outcome": outcome,
        "source": report.source,
        "target": report.target,
        "run": report.run,
        "backup": report.backup,
        "resumed_at": report.resumed_at,
        "started": report.started.map(|at| at.to_rfc3339()),
        "duration_ms": report.took.num_milliseconds(),
        "counts": counts,
        "database": { "rows_before": report.rows_before, "rows_after": report.rows_after },
        "verification": verification,
    })
}

/// Each kind with its count, its variants and the indexes of its records.
fn kinds(report: &mut Report, out: &mut dyn Write) -> Result<()> {
    let clean = report.clean()?;
    write!(
        out,
        "  \"kinds\": {{\n    \"clean\": {{\"count\": {clean}, \"variants\": {{}}}}"
    )?;
    let counted = report.scratch.kinds()?;
    for of_kind in counted.chunk_by(|one, two| one.kind == two.kind) {
        let Some(first) = of_kind.first() else {
            continue;
        };
        let variants: serde_json::Map<String, Value> = of_kind
            .iter()
            .filter(|of| !of.variant.is_empty())
            .map(|of| (of.variant.clone(), Value::from(of.records)))
            .collect();
        let (kind, variants) = (Value::from(first.kind.as_str()), Value::Object(variants));
        write!(
            out,
            ",\n    {kind}: {{\"variants\": {variants}, \"positions\": ["
        )?;
        let mut records = 0_u64;
        report.scratch.positions(&first.kind, |index| {
            let comma = if records == 0 { "" } else { ", " };
            records += 1;
            write!(out, "{comma}{index}")
        })??;
        write!(out, "], \"count\": {records}}}")?;
    }
    writeln!(out, "\n  }},")?;
    Ok(())
}

fn findings(report: &mut Report, out: &mut dyn Write) -> Result<()> {
    write!(out, "  \"findings\": [")?;
    let mut comma = "";
    report.scratch.each_finding(|of| {
        let finding = json!({
            "index": of.place.index, "line": of.place.line, "byte": of.place.byte, "key": of.key,
            "kind": of.kind, "variant": of.variant, "field": of.field, "rule": of.rule,
            "verdict": of.verdict,
        });
        write!(out, "{comma}\n    {finding}")?;
        comma = ",";
        Ok::<bool, crate::Error>(true)
    })??;
    writeln!(out, "\n  ],")?;
    Ok(())
}

fn differences(report: &mut Report, out: &mut dyn Write) -> Result<()> {
    write!(out, "  \"differences\": [")?;
    let mut comma = "";
    report.scratch.each_difference(|what, key, columns| {
        let columns: Vec<&str> = columns
            .split(", ")
            .filter(|name| !name.is_empty())
            .collect();
        let difference = json!({ "what": what, "key": key, "columns": columns });
        write!(out, "{comma}\n    {difference}")?;
        comma = ",";
        Ok::<bool, crate::Error>(true)
    })??;
    writeln!(out, "\n  ],")?;
    Ok(())
}
