//! The report as JSON, for programs.

use serde_json::{Value, json};

use super::{Outcome, Report, Verdict, without_signatures};

pub(super) fn render(report: &Report) -> String {
    let totals = report.totals();
    let document = json!({
        "recording": report.recording,
        "target": report.target,
        "totals": {
            "matched": totals.matched,
            "excused": totals.excused,
            "mismatched": totals.mismatched,
            "skipped": totals.skipped,
        },
        "excuses": report.excuses(),
        "unused_rules": report.unused_rules,
        "notices": report.notices,
        "exchanges": report.outcomes.iter().map(outcome).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn outcome(outcome: &Outcome) -> Value {
    let exchange = &outcome.exchange;
    let (verdict, why) = match &outcome.verdict {
        Verdict::Matched => ("matched", None),
        Verdict::Excused(why) => ("excused", Some(why)),
        Verdict::Mismatched => ("mismatched", None),
        Verdict::Skipped(why) => ("skipped", Some(why)),
    };
    let differences = outcome.differences.iter().map(|difference| {
        json!({
            "place": difference.place,
            "recorded": without_signatures(&difference.recorded),
            "candidate": without_signatures(&difference.candidate),
            "note": difference.note,
        })
    });
    json!({
        "number": exchange.number,
        "method": exchange.request.method,
        "path": exchange.request.target,
        "comment": exchange.comment,
        "tags": exchange.tags,
        "verdict": verdict,
        "why": why,
        "status": {
            "recorded": exchange.response.status,
            "candidate": outcome.answer.as_ref().map(|answer| answer.status),
        },
        "milliseconds": outcome.took.as_secs_f64() * 1000.0,
        "differences": differences.collect::<Vec<_>>(),
        "excused": outcome.excused,
    })
}
