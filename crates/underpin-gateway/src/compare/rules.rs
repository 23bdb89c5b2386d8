//! The user's own excuses: a TOML file of typed rules, each with its reason. Nothing is excused by default.

use std::{fs, path::Path};

use chrono::{NaiveDate, TimeDelta};
use serde::Deserialize;
use toml::Spanned;

use super::{
    Answer, Ledger,
    mended::{LeftOut, Mended, Which, check_reason},
    scan,
    time::Clock,
};
use crate::{
    har::Exchange,
    json::{Json, Pattern, Place},
};

/// A rule of the kind `any` is looked at again after this many days.
const ANY_EXPIRES: i64 = 30;

/// The closed list of what a rule may say about a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matcher {
    /// Same shape, and one old value maps to one new value through the whole run.
    Id,
    /// Both are times, as far from now as recorded, within `tolerance` seconds (default 5).
    Time,
    /// Opaque, of the same length class.
    Token,
    /// Numbers that differ by at most `tolerance` (default 0: `1.0` and `1` are then equal).
    Number,
    /// An array without order.
    Set,
    /// Strings that differ in surrounding white space and case only.
    Text,
    /// `null` and an absent key are the same.
    AbsentIsNull,
    /// Anything. Needs `since`, and expires 30 days after it.
    Any,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<Spanned<Raw>>,
    #[serde(default)]
    mended: Vec<Spanned<Mended>>,
    #[serde(default)]
    left_out: Vec<Spanned<LeftOut>>,
    #[serde(default)]
    out_of_scope: Vec<Spanned<LeftOut>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    reason: String,
    method: Option<String>,
    path: Option<String>,
    page: Option<String>,
    at: Option<String>,
    header: Option<String>,
    status: Option<Vec<u16>>,
    is: Option<Matcher>,
    tolerance: Option<f64>,
    since: Option<String>,
}

#[derive(Debug, Clone)]
enum Where {
    Json(Pattern),
    Header(String),
    Status(Vec<u16>),
}

#[derive(Debug, Clone)]
struct Rule {
    reason: String,
    which: Which,
    place: Where,
    is: Matcher,
    tolerance: Option<f64>,
    used: usize,
}

/// The rules of one file, with how often each excused something.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    values: Vec<Rule>,
    mended: Vec<Mended>,
    left_out: Vec<LeftOut>,
    out_of_scope: Vec<LeftOut>,
}

impl Rules {
    /// Reads a rules file; `today` decides which `any` rules have expired.
    ///
    /// # Errors
    /// What is wrong, with file and line.
    pub fn load(path: &Path, today: NaiveDate) -> Result<Rules, String> {
        let name = path.display();
        let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
        Rules::parse(&text, today).map_err(|error| format!("{name}: {error}"))
    }

    /// Reads rules from the text of a file.
    ///
    /// # Errors
    /// What is wrong, with the line.
    pub fn parse(text: &str, today: NaiveDate) -> Result<Rules, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let check = |raw| rule(raw, today);
        Ok(Rules {
            values: checked(text, file.rule, check)?,
            mended: checked(text, file.mended, Mended::checked)?,
            left_out: checked(text, file.left_out, LeftOut::checked)?,
            out_of_scope: checked(text, file.out_of_scope, LeftOut::checked)?,
        })
    }

    /// Why the candidate's answer is right, although the original's was another one.
    pub fn mends(&mut self, exchange: &Exchange, answer: &Answer) -> Option<String> {
        let fits = |mended: &&mut Mended| mended.accepts(exchange, answer);
        let mended = self.mended.iter_mut().find(fits)?;
        mended.used += 1;
        Some(format!("rule: {}", mended.reason))
    }

    /// Why this exchange is not sent: a rule that counts as one, or because it is not the
    /// candidate's task at all.
    pub fn leaves_out(&mut self, exchange: &Exchange) -> Option<String> {
        let first = |rules: &mut Vec<LeftOut>, kind: &str| {
            let rule = rules.iter_mut().find(|rule| rule.concerns(exchange))?;
            rule.used += 1;
            Some(format!("{kind}: {}", rule.reason))
        };
        first(&mut self.left_out, "rule").or_else(|| first(&mut self.out_of_scope, "out of scope"))
    }

    /// The reasons of the rules that excused nothing.
    pub fn unused(&self) -> Vec<&str> {
        let values = self.values.iter().map(|rule| (rule.used, &rule.reason));
        let mended = self.mended.iter().map(|rule| (rule.used, &rule.reason));
        let left_out = self.left_out.iter().chain(&self.out_of_scope);
        let left_out = left_out.map(|rule| (rule.used, &rule.reason));
        let all = values.chain(mended).chain(left_out);
        let unused = all.filter(|(used, _)| *used == 0);
        unused.map(|(_, reason)| reason.as_str()).collect()
    }

    pub(super) fn accepts_status(&mut self, exchange: &Exchange, status: u16) -> Option<String> {
        self.first(exchange, |rule| match &rule.place {
            Where::Status(accepted) => accepted.contains(&status),
            _ => false,
        })
    }

    pub(super) fn excuses_header(&mut self, exchange: &Exchange, name: &str) -> Option<String> {
        self.first(exchange, |rule| match &rule.place {
            Where::Header(own) => own == name,
            _ => false,
        })
    }

    /// The rule of this kind for a place, counted as used.
    pub(super) fn named(
        &mut self,
        exchange: &Exchange,
        place: &Place,
        matcher: Matcher,
    ) -> Option<String> {
        self.first(exchange, |rule| rule.is == matcher && rule.is_at(place))
    }

    /// The `any` rule for a place.
    pub(super) fn ignores(&mut self, exchange: &Exchange, place: &Place) -> Option<String> {
        self.named(exchange, place, Matcher::Any)
    }

    /// The rule that excuses this difference of two values.
    pub(super) fn excuses(
        &mut self,
        exchange: &Exchange,
        place: &Place,
        old: &Json,
        new: &Json,
        clock: &Clock,
        ledger: &mut Ledger,
    ) -> Option<String> {
        self.first(exchange, |rule| {
            rule.is_at(place) && rule.accepts(exchange, (old, new), clock, ledger)
        })
    }

    fn first(
        &mut self,
        exchange: &Exchange,
        mut fits: impl FnMut(&Rule) -> bool,
    ) -> Option<String> {
        let rule = self
            .values
            .iter_mut()
            .find(|rule| rule.which.concerns(exchange) && fits(rule))?;
        rule.used += 1;
        Some(format!("rule: {}", rule.reason))
    }
}

impl Rule {
    fn is_at(&self, place: &Place) -> bool {
        matches!(&self.place, Where::Json(pattern) if pattern.matches(place))
    }

    fn accepts(
        &self,
        exchange: &Exchange,
        (old, new): (&Json, &Json),
        clock: &Clock,
        ledger: &mut Ledger,
    ) -> bool {
        match (self.is, old, new) {
            (Matcher::Number, Json::Number(old), Json::Number(new)) => {
                let number = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
                (number(old) - number(new)).abs() <= self.tolerance.unwrap_or(0.0)
            }
            (Matcher::Id, Json::Number(old), Json::Number(new)) => {
                ledger.pair_numbers(exchange.collection(), old, new).is_ok()
            }
            (Matcher::AbsentIsNull, ..) => false,
            (matcher, Json::Text(old), Json::Text(new)) => {
                self.accepts_text(matcher, &old.value, &new.value, clock, ledger)
            }
            _ => false,
        }
    }

    fn accepts_text(
        &self,
        matcher: Matcher,
        old: &str,
        new: &str,
        clock: &Clock,
        ledger: &mut Ledger,
    ) -> bool {
        match matcher {
            Matcher::Id => old.len() == new.len() && ledger.pair_ids(old, new).is_ok(),
            Matcher::Token => {
                let spare = (old.len() / 4).max(8);
                !new.is_empty() && old.len().abs_diff(new.len()) <= spare
            }
            Matcher::Text => old.trim().to_lowercase() == new.trim().to_lowercase(),
            Matcher::Time => match (scan::stamp(old), scan::stamp(new)) {
                (Some((then, _)), Some((now, _))) => {
                    let (before, after) = (then.micros - clock.recorded, now.micros - clock.sent);
                    let off = (before - after).abs() / 1000;
                    #[expect(clippy::cast_precision_loss, reason = "milliseconds, below 2^53")]
                    let seconds = off as f64 / 1000.0;
                    seconds <= self.tolerance.unwrap_or(5.0)
                }
                _ => false,
            },
            _ => false,
        }
    }
}

fn rule(raw: Raw, today: NaiveDate) -> Result<Rule, String> {
    check_reason(&raw.reason)?;
    let place = match (&raw.at, &raw.header, &raw.status) {
        (Some(at), None, None) => Where::Json(Pattern::parse(at)?),
        (None, Some(header), None) => Where::Header(header.to_ascii_lowercase()),
        (None, None, Some(status)) => Where::Status(status.clone()),
        _ => return Err("a rule needs exactly one of `at`, `header` and `status`".to_owned()),
    };
    let is = match (raw.is, &place) {
        (None, Where::Status(_)) => Matcher::Number,
        (Some(_), Where::Status(_)) => return Err("`status` takes no `is`".to_owned()),
        (Some(Matcher::Any), Where::Header(_)) | (Some(_), Where::Json(_)) => {
            raw.is.unwrap_or(Matcher::Any)
        }
        (_, Where::Header(_)) => return Err("a header rule says `is = \"any\"`".to_owned()),
        (None, Where::Json(_)) => return Err("`is` is missing: which kind of value?".to_owned()),
    };
    if is == Matcher::Any {
        check_since(raw.since.as_deref(), today)?;
    }
    Ok(Rule {
        reason: raw.reason,
        which: Which {
            method: raw.method,
            path: raw.path,
            page: raw.page,
        },
        place,
        is,
        tolerance: raw.tolerance,
        used: 0,
    })
}

fn check_since(since: Option<&str>, today: NaiveDate) -> Result<(), String> {
    let since = since.ok_or("`any` needs `since = \"YYYY-MM-DD\"`")?;
    let date: NaiveDate = since.parse().map_err(|_| format!("`{since}` is no date"))?;
    if date + TimeDelta::days(ANY_EXPIRES) < today {
        return Err(format!(
            "`any` since {since} has expired after {ANY_EXPIRES} days: \
             mend the cause, or look at it again and write a new date"
        ));
    }
    Ok(())
}

/// Checks each rule of a kind; a complaint names the line.
fn checked<R, T>(
    text: &str,
    rules: Vec<Spanned<R>>,
    check: impl Fn(R) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let one = |rule: Spanned<R>| {
        let before = text.get(..rule.span().start).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        check(rule.into_inner()).map_err(|why| format!("line {line}: {why}"))
    };
    rules.into_iter().map(one).collect()
}
