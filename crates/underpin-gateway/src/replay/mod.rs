//! Sends a recording to a candidate, in order, and has each answer compared.

mod client;
mod commands;
mod first_line;
mod judge;
mod prepare;
mod request;
mod selection;
mod shortened;
mod signer;
mod stand_in;
#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime};

pub use client::{Limits, Outgoing, Target};
pub use commands::Template;
pub use selection::Selection;

use client::Failure;
use signer::Signer;

use crate::{
    compare::{Answer, Clock, Layout, Rules, Session},
    har::{Exchange, Recording},
    report::{Outcome, Report, Verdict},
};

/// The longest pause of a recording that is kept, in microseconds.
const LONGEST_PAUSE: i64 = 10_000_000;

/// How to replay.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Options {
    /// Where the candidate listens, unless a start command says so.
    pub to: Option<Target>,
    /// Size and time limits for one exchange.
    pub limits: Limits,
    /// How far the candidate's clock may be off.
    pub tolerance: Duration,
    /// The user's rules.
    pub rules: Rules,
    /// Further headers to compare, in lower case.
    pub headers: Vec<String>,
    /// Whether white space and escapes in JSON count.
    pub layout: Layout,
    /// Whether tags and remarks of the recorder excuse nothing.
    pub strict: bool,
    /// Whether to stop at the first mismatch.
    pub fail_fast: bool,
    /// Which exchanges are judged.
    pub selection: Selection,
    /// Whether to keep at least the recording's distances between requests.
    pub pace: bool,
    /// Creates a user: `{username}`, `{password}`.
    pub create_user: Option<Template>,
    /// Does what `_before` says: JSON on standard input.
    pub before: Option<Template>,
    /// Prefix for the arguments in `_before.cli`.
    pub cli: Option<Template>,
    /// Starts a scenario from its data.
    pub start: Option<Template>,
    /// Where to serve the keys for tokens that are signed anew.
    pub jwks_listen: Option<String>,
    /// Whether to stand in for the recorded identity provider.
    pub serve_issuer: bool,
}

/// Replays `recording`; `observe` hears of each exchange as it is done.
///
/// # Errors
/// The replay could not be made: what, where, and what to do about it.
pub async fn run(
    recording: &Recording,
    options: &Options,
    mut observe: impl FnMut(&Outcome),
) -> Result<Report, String> {
    let mut run = Run::prepare(recording, options).await?;
    let mut report = Report::default();
    let last = options.selection.last(recording);
    let mut at = 0;
    while let Some(exchange) = recording.exchanges.get(at) {
        if at >= last {
            break;
        }
        let length = batch_length(recording.exchanges.get(at..).unwrap_or_default());
        let batch = recording.exchanges.get(at..at + length).unwrap_or_default();
        at += length;
        let outcomes = if let Some(why) = run.reason_to_leave_out(batch) {
            batch.iter().map(|e| run.left_out(e, &why)).collect()
        } else {
            run.enter_page(recording, exchange).await?;
            run.before(exchange).await?;
            run.keep_pace(exchange).await;
            run.exchange(batch, at == length).await?
        };
        let stop = options.fail_fast && outcomes.iter().any(|o| o.verdict == Verdict::Mismatched);
        for outcome in outcomes {
            observe(&outcome);
            report.outcomes.push(outcome);
        }
        if stop {
            run.notices.push("stopped at the first mismatch".to_owned());
            break;
        }
    }
    report.unused_rules = run
        .session
        .rules
        .unused()
        .into_iter()
        .map(ToOwned::to_owned)
        .collect();
    report.notices = run.notices;
    Ok(report)
}

/// Entries that were sent at the same moment.
fn batch_length(rest: &[Exchange]) -> usize {
    let Some(first) = rest.first().filter(|first| first.has_tag("parallel")) else {
        return 1;
    };
    let mut end = first.started + first.took;
    let mut length = 1;
    for next in rest.iter().skip(1) {
        if !next.has_tag("parallel") || next.started > end + 50_000 || next.page != first.page {
            break;
        }
        end = end.max(next.started + next.took);
        length += 1;
    }
    length
}

/// A replay in progress.
struct Run<'a> {
    options: &'a Options,
    session: Session,
    signer: Option<Signer>,
    target: Option<Target>,
    page: Option<String>,
    /// When the last request was sent, in the recording and now.
    last: Option<(i64, i64)>,
    recording_began: i64,
    replay_began: i64,
    notices: Vec<String>,
}

impl Run<'_> {
    /// Why these exchanges are not even sent.
    fn reason_to_leave_out(&mut self, batch: &[Exchange]) -> Option<String> {
        let exchange = batch.first()?;
        let page = exchange.page.as_deref();
        if page.is_some_and(|page| !self.options.selection.has_page(page)) {
            return Some("another scenario was asked for".to_owned());
        }
        let rule = self.session.rules.leaves_out(exchange);
        if let Some(why) = &rule {
            let notice = format!("from #{} on, not sent: {why}", exchange.number);
            let known = |notice: &String| notice.ends_with(why.as_str());
            if !self.notices.iter().any(known) {
                self.notices.push(notice);
            }
        }
        rule.or_else(|| batch.iter().find_map(shortened::lacks))
    }

    /// Waits until as much time has passed since the last request as in the recording.
    async fn keep_pace(&mut self, exchange: &Exchange) {
        if let (Some((recorded, sent)), true) = (self.last, self.options.pace) {
            let distance = (exchange.started - recorded).clamp(0, LONGEST_PAUSE);
            let left = u64::try_from(sent + distance - now()).unwrap_or(0);
            tokio::time::sleep(Duration::from_micros(left)).await;
        }
        self.last = Some((exchange.started, now()));
    }

    async fn exchange(&mut self, batch: &[Exchange], first: bool) -> Result<Vec<Outcome>, String> {
        let target = self.target.clone().ok_or("no candidate: give `--to URL`")?;
        let mut waiting = Vec::new();
        for exchange in batch {
            self.session
                .ledger
                .move_origin(&exchange.request.origin, &target.origin());
            let ledger = &self.session.ledger;
            let outgoing = request::build(exchange, ledger, self.signer.as_ref(), now());
            let (target, limits) = (target.clone(), self.options.limits);
            waiting.push(tokio::spawn(async move {
                let began = now();
                let answer = client::send(&target, &outgoing, limits).await;
                Sent {
                    outgoing,
                    answer,
                    began,
                    answered: now(),
                }
            }));
        }
        let mut sent = Vec::new();
        for task in waiting {
            sent.push(
                task.await
                    .map_err(|error| format!("the replay itself failed: {error}"))?,
            );
        }
        if let (true, Some(Failure::Unreachable(why))) = (
            first,
            sent.first().and_then(|sent| sent.answer.as_ref().err()),
        ) {
            return Err(format!("{why}; start the candidate, or correct `--to`"));
        }
        self.swap_racing_answers(batch, &mut sent);
        let mut outcomes = Vec::new();
        for (exchange, sent) in batch.iter().zip(sent) {
            outcomes.push(self.judge(exchange, sent));
        }
        Ok(outcomes)
    }

    /// Which of several equal requests was served first is not part of a contract: their answers are
    /// compared as a set.
    fn swap_racing_answers(&self, batch: &[Exchange], sent: &mut [Sent]) {
        if batch.len() < 2 {
            return;
        }
        let mut session = self.session.clone();
        for at in 0..batch.len() {
            let Some(exchange) = batch.get(at) else {
                continue;
            };
            let fits = |other: usize| {
                let candidate = sent.get(other)?;
                let rival = batch.get(other)?;
                let equal = rival.request.method == exchange.request.method
                    && rival.request.target == exchange.request.target;
                let answer = candidate.answer.as_ref().ok()?;
                let clock = self.clock(exchange, candidate);
                let mut trial = session.clone();
                let found = trial.compare(exchange, answer, clock);
                (equal && found.differences.is_empty()).then_some((other, trial))
            };
            if let Some((other, learned)) = (at..batch.len()).find_map(fits) {
                sent.swap(at, other);
                session = learned;
            }
        }
    }

    fn clock(&self, exchange: &Exchange, sent: &Sent) -> Clock {
        Clock {
            recording_began: self.recording_began,
            replay_began: self.replay_began,
            recorded: exchange.started,
            took: exchange.took,
            sent: sent.began,
            answered: sent.answered,
            tolerance: i64::try_from(self.options.tolerance.as_micros()).unwrap_or(i64::MAX / 4),
        }
    }
}

/// A request on its way, and what came of it.
struct Sent {
    outgoing: Outgoing,
    answer: Result<Answer, Failure>,
    began: i64,
    answered: i64,
}

/// Microseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
