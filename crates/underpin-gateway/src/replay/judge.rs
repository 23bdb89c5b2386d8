//! From an answer to a verdict: what the comparison found, and what the recording itself excuses.

use std::{collections::BTreeMap, time::Duration};

use super::{Outgoing, Run, Sent, client::Failure};
use crate::{
    compare::{Answer, Comparison, Difference},
    har::Exchange,
    json::{self, Json},
    report::{Outcome, Verdict},
};

impl Run<'_> {
    pub(super) fn judge(&mut self, exchange: &Exchange, sent: Sent) -> Outcome {
        let clock = self.clock(exchange, &sent);
        let (comparison, answer) = match sent.answer {
            Ok(answer) => (self.session.compare(exchange, &answer, clock), Some(answer)),
            Err(failure) => {
                self.session.skip(exchange, clock);
                (no_answer(exchange, failure), None)
            }
        };
        let verdict = self.verdict(exchange, &comparison, answer.as_ref());
        if verdict != Verdict::Matched {
            self.session.ledger.disturbed = true;
        }
        Outcome {
            exchange: exchange.clone(),
            verdict,
            differences: comparison.differences,
            excused: comparison.excused,
            sent: sent.outgoing,
            answer,
            took: Duration::from_micros(u64::try_from(sent.answered - sent.began).unwrap_or(0)),
        }
    }

    /// An exchange that is not sent: the reason is told instead of a verdict.
    pub(super) fn left_out(&mut self, exchange: &Exchange, why: &str) -> Outcome {
        self.session.ledger.disturbed = true;
        Outcome {
            exchange: exchange.clone(),
            verdict: Verdict::Skipped(why.to_owned()),
            differences: Vec::new(),
            excused: BTreeMap::new(),
            sent: Outgoing::default(),
            answer: None,
            took: Duration::ZERO,
        }
    }

    fn verdict(
        &mut self,
        exchange: &Exchange,
        found: &Comparison,
        answer: Option<&Answer>,
    ) -> Verdict {
        if !self.options.selection.includes(exchange) {
            return Verdict::Skipped("not selected".to_owned());
        }
        if found.differences.is_empty() {
            return Verdict::Matched;
        }
        if self.options.strict {
            return Verdict::Mismatched;
        }
        let tag = ["bug", "transport"]
            .into_iter()
            .find(|tag| exchange.has_tag(tag));
        if let Some(tag) = tag {
            return Verdict::Excused(format!("tag {tag}"));
        }
        let mended = answer.and_then(|answer| self.session.rules.mends(exchange, answer));
        if let Some(why) = mended {
            return Verdict::Excused(why);
        }
        match (&exchange.tolerate, answer) {
            (Some(why), Some(answer)) if is_tolerable(why, answer) => {
                Verdict::Excused(format!("tolerated: {why}"))
            }
            _ => Verdict::Mismatched,
        }
    }
}

fn no_answer(exchange: &Exchange, failure: Failure) -> Comparison {
    let (Failure::Unreachable(why) | Failure::Broken(why) | Failure::Unsendable(why)) = failure;
    let difference = Difference {
        place: "answer".to_owned(),
        recorded: exchange.response.status.to_string(),
        candidate: "(none)".to_owned(),
        note: why,
    };
    Comparison {
        differences: vec![difference],
        ..Comparison::default()
    }
}

/// A remark says what is acceptable instead of the recorded fault; a fault never is.
fn is_tolerable(why: &str, answer: &Answer) -> bool {
    if !why.contains("4xx") {
        return answer.status < 400;
    }
    let body = std::str::from_utf8(&answer.body)
        .ok()
        .and_then(|text| json::parse(text).ok());
    (400..500).contains(&answer.status)
        && body
            .as_ref()
            .and_then(|body| body.get("detail"))
            .is_some_and(|d| *d != Json::Null)
}
