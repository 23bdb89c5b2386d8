//! The report as one page without anything from elsewhere: to print and to sign.

use std::io::Write;

use super::{Report, shown};
use crate::Result;

const HEAD: &str = "<!doctype html>
<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Import report</title><style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
th, td { text-align: left; border-bottom: 1px solid #ccc; padding: .25rem .5rem }
.signature { margin-top: 3rem; border-top: 1px solid #333; width: 20rem }
@media print { body { margin: 0; max-width: none } }
</style></head><body>
";

pub(super) fn write(report: &mut Report, out: &mut dyn Write) -> Result<()> {
    out.write_all(HEAD.as_bytes())?;
    let (mode, verdict) = (report.mode.name(), report.verdict());
    writeln!(out, "<h1>{mode}: {verdict}</h1>")?;
    facts(report, out)?;
    kinds(report, out)?;
    differences(report, out)?;
    findings(report, out)?;
    writeln!(
        out,
        "<p class=\"signature\">Signed off by, on</p>\n</body></html>"
    )?;
    Ok(())
}

fn facts(report: &mut Report, out: &mut dyn Write) -> Result<()> {
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let facts = [
        ("Source", Some(report.source.clone())),
        ("Table", Some(report.target.to_owned())),
        ("Run", report.run.clone()),
        ("Backup", report.backup.clone()),
        ("Started", report.started.map(|at| at.to_rfc3339())),
        (
            "Seconds",
            Some(format!("{:.1}", report.took.as_seconds_f64())),
        ),
        ("Resumed behind record", number(report.resumed_at)),
        ("Rows before", number(report.rows_before)),
        ("Rows after", number(report.rows_after)),
        ("Counts", Some(report.sum())),
        ("Comparison", report.comparison()),
        ("Without remark", number(Some(report.clean()?))),
    ];
    writeln!(out, "<table>")?;
    for (what, fact) in facts {
        if let Some(fact) = fact {
            writeln!(out, "<tr><th>{what}</th><td>{}</td></tr>", escaped(&fact))?;
        }
    }
    writeln!(out, "</table>")?;
    Ok(())
}

fn kinds(report: &mut Report, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "<h2>Kinds</h2>\n<table>")?;
    row(out, "th", &["Kind", "Variant", "Records", "Verdict"])?;
    for of in report.scratch.kinds()? {
        let records = of.records.to_string();
        row(out, "td", &[&of.kind, &of.variant, &records, &of.verdict])?;
    }
    writeln!(out, "</table>")?;
    Ok(())
}

fn findings(report: &mut Report, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "<h2>Findings</h2>\n<table>")?;
    let names = [
        "Verdict", "Index", "Line", "Key", "Kind", "Variant", "Field", "Rule",
    ];
    row(out, "th", &names)?;
    report.scratch.each_finding(|of| {
        let index = of.place.index.to_string();
        let line = of
            .place
            .line
            .map(|line| line.to_string())
            .unwrap_or_default();
        let key = of.key.unwrap_or_default();
        let field = of.field.unwrap_or_default();
        let cells = [
            &of.verdict,
            &index,
            &line,
            &key,
            &of.kind,
            &of.variant,
            &field,
            &of.rule,
        ];
        row(out, "td", &cells.map(String::as_str))?;
        Ok::<bool, crate::Error>(true)
    })??;
    writeln!(out, "</table>")?;
    Ok(())
}

fn differences(report: &mut Report, out: &mut dyn Write) -> Result<()> {
    if report.verification.is_none() {
        return Ok(());
    }
    writeln!(out, "<h2>Differences</h2>\n<table>")?;
    row(out, "th", &["What", "Key", "Columns"])?;
    report.scratch.each_difference(|what, key, columns| {
        row(out, "td", &[what, key, columns])?;
        Ok::<bool, crate::Error>(true)
    })??;
    writeln!(out, "</table>")?;
    Ok(())
}

fn row(out: &mut dyn Write, cell: &str, cells: &[&str]) -> Result<()> {
    write!(out, "<tr>")?;
    for text in cells {
        write!(out, "<{cell}>{}</{cell}>", escaped(&shown(text)))?;
    }
    writeln!(out, "</tr>")?;
    Ok(())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
