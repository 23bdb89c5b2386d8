//! Compares a recorded answer with the candidate's. A difference counts unless a rule names its type.

mod archive;
mod arrays;
mod body;
mod document;
mod generated;
mod headers;
mod jwt;
mod ledger;
mod mended;
mod numbers;
mod rules;
mod scan;
#[cfg(test)]
mod tests;
mod text;
mod time;
mod zip;

use std::collections::{BTreeMap, BTreeSet};

pub use document::each_leaf;
pub use ledger::Ledger;
pub use rules::Rules;
pub use scan::{Kind as TokenKind, decode as decode_jwt_part, scan};
pub use time::Clock;

use crate::{har::Exchange, json};

/// A difference that nothing excuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where: `status`, `header location`, `$.notes[3].id`, `entry a.md`.
    pub place: String,
    /// What the original answered there.
    pub recorded: String,
    /// What the candidate answered there.
    pub candidate: String,
    /// Why it is wrong, if the values alone do not say it.
    pub note: String,
}

/// The candidate's answer.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Headers in order, names in lower case; bytes above ASCII as Latin-1.
    pub headers: Vec<(String, String)>,
    /// The body, content encoding removed.
    pub body: Vec<u8>,
    /// How many bytes the body had on the wire.
    pub wire_length: u64,
}

/// What a comparison found.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// What is wrong.
    pub differences: Vec<Difference>,
    /// What differed and was excused: rule and how often.
    pub excused: BTreeMap<String, usize>,
}

/// Whether white space between JSON tokens and needless escapes are differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// They are: a drop-in answers byte for byte.
    #[default]
    Counts,
    /// They are not.
    MayDiffer,
}

/// What is remembered from one exchange to the next.
#[derive(Debug, Clone, Default)]
pub struct Session {
    /// Generated values of both sides.
    pub ledger: Ledger,
    /// The user's rules, with how often each excused something.
    pub rules: Rules,
    /// Further headers to compare, in lower case.
    pub headers: Vec<String>,
    /// Whether white space and escapes in JSON count.
    pub layout: Layout,
    /// The recorded `SECRET_KEY`: tokens that the original signed with it must verify with it.
    pub secret: Option<Vec<u8>>,
    /// How many fraction digits the recorded times have: one without any may have zero microseconds
    /// (Python), and varying numbers mean that zeros at the end are left out (Go).
    pub fractions: BTreeSet<usize>,
    /// The exchanges so far.
    timeline: Vec<Clock>,
    /// Times without a fraction seen where the recording has one; the second is one too many.
    whole_seconds: Option<String>,
}

impl Session {
    /// Compares `answer` with the recorded one and learns what the candidate generated.
    pub fn compare(&mut self, exchange: &Exchange, answer: &Answer, clock: Clock) -> Comparison {
        self.timeline.push(clock);
        let mut comparer = Comparer {
            session: self,
            exchange,
            clock,
            found: Comparison::default(),
            within: String::new(),
        };
        comparer.note_request();
        comparer.answer(answer);
        comparer.note_answer();
        comparer.found
    }

    /// Forgets what belongs to one scenario: its generated values and its times.
    pub fn restart(&mut self) {
        self.ledger = Ledger::default();
        self.timeline.clear();
    }

    /// Notes an exchange that was not answered, so that its values are known as the client's or the
    /// server's all the same.
    pub fn skip(&mut self, exchange: &Exchange, clock: Clock) {
        self.timeline.push(clock);
        let found = Comparison::default();
        let mut comparer = Comparer {
            session: self,
            exchange,
            clock,
            found,
            within: String::new(),
        };
        comparer.note_request();
        comparer.note_answer();
    }
}

struct Comparer<'a> {
    session: &'a mut Session,
    exchange: &'a Exchange,
    clock: Clock,
    found: Comparison,
    /// Prefix of places: the name of the archive entry being compared.
    within: String,
}

impl Comparer<'_> {
    fn answer(&mut self, answer: &Answer) {
        let recorded = &self.exchange.response;
        self.status(recorded.status, answer.status);
        if self.exchange.body_left_out() {
            self.headers(answer);
            let needs_body = self.exchange.request.method != "HEAD" && recorded.status != 304;
            if needs_body && answer.body.is_empty() {
                self.differ("body", "(left out of the recording)", "(empty)", "");
            } else {
                self.excuse("body-left-out");
            }
            return;
        }
        // The body first: it says which ids are generated, and `Location` repeats them.
        self.body(answer);
        self.headers(answer);
    }

    /// Whether a time is as sane now as the recorded one was then.
    fn check_time(&self, recorded: i64, candidate: i64) -> Result<(), String> {
        self.clock
            .check(&self.session.timeline, recorded, candidate)
    }

    fn status(&mut self, recorded: u16, candidate: u16) {
        if recorded == candidate {
            return;
        }
        if let Some(rule) = self.session.rules.accepts_status(self.exchange, candidate) {
            return self.excuse(&rule);
        }
        self.differ("status", &recorded.to_string(), &candidate.to_string(), "");
    }

    fn differ(&mut self, place: &str, recorded: &str, candidate: &str, note: &str) {
        self.found.differences.push(Difference {
            place: format!("{}{place}", self.within),
            recorded: recorded.to_owned(),
            candidate: candidate.to_owned(),
            note: note.to_owned(),
        });
    }

    fn excuse(&mut self, rule: &str) {
        *self.found.excused.entry(rule.to_owned()).or_default() += 1;
    }

    fn note_request(&mut self) {
        let request = &self.exchange.request;
        let ledger = &mut self.session.ledger;
        let mut note = |value: &str| ledger.note_request_value(value);
        request
            .target
            .split(['/', '?', '&', '='])
            .for_each(&mut note);
        let texts = request.headers.iter().map(|(_, value)| value.as_str());
        let body = String::from_utf8_lossy(&request.body);
        for text in texts.chain([request.target.as_str(), &body]) {
            each_value(text, &mut note);
        }
    }

    fn note_answer(&mut self) {
        let response = &self.exchange.response;
        let ledger = &mut self.session.ledger;
        let mut note = |value: &str| ledger.note_answer_value(value);
        let texts = response.headers.iter().map(|(_, value)| value.as_str());
        let body = String::from_utf8_lossy(&response.body);
        for text in texts.chain([body.as_ref()]) {
            each_value(text, &mut note);
        }
    }
}

/// Calls `visit` with every value in `text` that could be taken for a generated one: tokens, the
/// claims in them, times, ids, and the leaves of a JSON document.
fn each_value(text: &str, visit: &mut impl FnMut(&str)) {
    for found in scan(text) {
        let value = text
            .get(found.start..found.start + found.length)
            .unwrap_or_default();
        visit(value);
        let claims = value
            .split('.')
            .nth(1)
            .filter(|_| found.kind == TokenKind::Jwt);
        if let Some(claims) = claims.and_then(decode_jwt_part) {
            document::each_leaf(&claims, visit);
        }
    }
    if let Ok(document) = json::parse(text) {
        document::each_leaf(&document, visit);
    }
}
