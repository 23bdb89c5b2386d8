//! The report as one HTML page that needs nothing else: summary, filter, a diff for each exchange.

use std::fmt::Write;

use super::{
    Outcome, Report, Verdict,
    diff::{self, Line},
    shortened, without_signatures,
};
use crate::{json, replay::Outgoing};

/// How much of a body is shown, in characters.
const SHOWN: usize = 64 << 10;

pub(super) fn render(report: &Report) -> String {
    let mut out = String::from(concat!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">",
        "<meta name=\"viewport\" content=\"width=device-width\"><title>Replay</title>\n<style>\n",
        include_str!("page.css"),
        "</style></head><body>\n"
    ));
    head(&mut out, report);
    for outcome in &report.outcomes {
        exchange(&mut out, outcome);
    }
    out.push_str(concat!(
        "<script>\n",
        include_str!("page.js"),
        "</script></body></html>\n"
    ));
    out
}

fn head(out: &mut String, report: &Report) {
    let totals = report.totals();
    // Writing to a String cannot fail, here and below.
    let _ = write!(
        out,
        "<h1>Replay of {}</h1>\n<p class=\"about\">against {}</p>\n<div class=\"totals\">",
        escape(&report.recording),
        escape(&report.target)
    );
    let first = if totals.mismatched > 0 {
        "mismatched"
    } else {
        "all"
    };
    for (kind, count) in [
        ("all", report.outcomes.len()),
        ("mismatched", totals.mismatched),
        ("excused", totals.excused),
        ("matched", totals.matched),
        ("skipped", totals.skipped),
    ] {
        let pressed = kind == first;
        let _ = write!(
            out,
            "<button data-kind=\"{kind}\" aria-pressed=\"{pressed}\">{count} {kind}</button>"
        );
    }
    out.push_str(
        "<input type=\"search\" placeholder=\"path, comment, tag\" aria-label=\"Search\">",
    );
    out.push_str("</div>\n");
    for notice in &report.notices {
        let _ = writeln!(out, "<p>{}</p>", escape(notice));
    }
    for reason in &report.unused_rules {
        let _ = writeln!(out, "<p>A rule excused nothing: {}</p>", escape(reason));
    }
    let excuses = report.excuses();
    if !excuses.is_empty() {
        out.push_str("<details><summary>What was excused, by rule</summary><table>");
        for (rule, count) in excuses {
            let _ = write!(out, "<tr><td>{}</td><td>{count}</td></tr>", escape(rule));
        }
        out.push_str("</table></details>\n");
    }
}

fn exchange(out: &mut String, outcome: &Outcome) {
    let exchange = &outcome.exchange;
    let (kind, why) = match &outcome.verdict {
        Verdict::Matched => ("matched", ""),
        Verdict::Excused(why) => ("excused", why.as_str()),
        Verdict::Mismatched => ("mismatched", ""),
        Verdict::Skipped(why) => ("skipped", why.as_str()),
    };
    let _ = write!(
        out,
        "<details class=\"exchange {kind}\"><summary><b>{kind}</b> #{} {} {} \
         <span class=\"comment\">{}</span>",
        exchange.number,
        escape(&exchange.request.method),
        escape(&shortened(&exchange.request.target, 200)),
        escape(&exchange.comment)
    );
    for tag in &exchange.tags {
        let _ = write!(out, " <span class=\"tag\">{}</span>", escape(tag));
    }
    out.push_str("</summary>\n");
    if !why.is_empty() {
        let _ = writeln!(out, "<p>{}</p>", escape(why));
    }
    differences(out, outcome);
    sides(out, outcome);
    out.push_str("</details>\n");
}

fn differences(out: &mut String, outcome: &Outcome) {
    if outcome.differences.is_empty() {
        return;
    }
    out.push_str("<table><tr><th>place</th><th>recorded</th><th>candidate</th><th></th></tr>");
    for difference in &outcome.differences {
        let _ = write!(
            out,
            "<tr><td>{}</td><td><code>{}</code></td><td><code>{}</code></td><td>{}</td></tr>",
            escape(&difference.place),
            escape(&shortened(&difference.recorded, 600)),
            escape(&shortened(&difference.candidate, 600)),
            escape(&difference.note)
        );
    }
    out.push_str("</table>\n");
}

fn sides(out: &mut String, outcome: &Outcome) {
    let request = without_signatures(&request(&outcome.sent));
    let recorded = &outcome.exchange.response;
    let old = message(
        &recorded.status.to_string(),
        &sorted(&recorded.headers),
        &recorded.body,
    );
    let new = outcome.answer.as_ref().map(|answer| {
        message(
            &answer.status.to_string(),
            &sorted(&answer.headers),
            &answer.body,
        )
    });
    let _ = write!(
        out,
        "<h3>Request as sent</h3><pre>{}</pre>",
        escape(&request)
    );
    let Some(new) = new else {
        let _ = write!(out, "<h3>Recorded answer</h3><pre>{}</pre>", escape(&old));
        return;
    };
    out.push_str("<h3>From the recorded answer (red) to the candidate's (green)</h3><pre>");
    for line in diff::lines(&old, &new) {
        let (class, mark, text) = match line {
            Line::Same(text) => ("same", ' ', text),
            Line::Old(text) => ("old", '-', text),
            Line::New(text) => ("new", '+', text),
        };
        let _ = write!(
            out,
            "<span class=\"{class}\">{mark} {}</span>",
            escape(text)
        );
    }
    out.push_str("</pre><details><summary>Both answers</summary><div class=\"columns\">");
    for (title, text) in [("Recorded", &old), ("Candidate", &new)] {
        let _ = write!(
            out,
            "<div><h3>{title}</h3><pre>{}</pre></div>",
            escape(text)
        );
    }
    out.push_str("</div></details>\n");
}

/// What was sent, without the headers that each connection makes anew.
fn request(sent: &Outgoing) -> String {
    let mut text = format!("{} {}\n", sent.method, sent.target);
    let anew = ["host", "connection", "content-length"];
    for (name, value) in &sent.headers {
        if !anew.contains(&name.to_ascii_lowercase().as_str()) {
            let _ = writeln!(text, "{name}: {value}");
        }
    }
    text.push('\n');
    text.push_str(&String::from_utf8_lossy(&sent.body));
    shown(&text)
}

/// The order of headers says nothing, so that both sides are shown in the same one.
fn sorted(headers: &[(String, String)]) -> Vec<(String, String)> {
    let lower = |(name, value): &(String, String)| (name.to_ascii_lowercase(), value.clone());
    let mut sorted: Vec<_> = headers.iter().map(lower).collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    sorted
}

fn message(first: &str, headers: &[(String, String)], body: &[u8]) -> String {
    let mut text = format!("{first}\n");
    for (name, value) in headers {
        let _ = writeln!(text, "{name}: {value}");
    }
    text.push('\n');
    match std::str::from_utf8(body) {
        Ok(body) => {
            let pretty = json::parse(body).map(|value| value.to_pretty());
            text.push_str(&pretty.unwrap_or_else(|_| body.to_owned()));
        }
        Err(_) => {
            let _ = write!(text, "({} bytes that are no text)", body.len());
        }
    }
    shown(&without_signatures(&text))
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && !matches!(c, '\n' | '\t') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
