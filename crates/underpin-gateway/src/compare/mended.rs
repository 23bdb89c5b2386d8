//! Rules about whole exchanges: faults of the original that were mended, scenarios left out.

use serde::Deserialize;

use super::Answer;
use crate::{har::Exchange, json};

/// Which exchanges a rule concerns.
#[derive(Debug, Clone, Default)]
pub(super) struct Which {
    pub method: Option<String>,
    pub path: Option<String>,
    pub page: Option<String>,
}

impl Which {
    pub fn concerns(&self, exchange: &Exchange) -> bool {
        let request = &exchange.request;
        self.method
            .as_ref()
            .is_none_or(|method| *method == request.method)
            && (self.page.is_none() || self.page == exchange.page)
            && self
                .path
                .as_ref()
                .is_none_or(|pattern| path_matches(pattern, &request.target))
    }
}

/// A fault of the original that the candidate does not have, with what it answers instead.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mended {
    pub reason: String,
    method: Option<String>,
    path: String,
    page: Option<String>,
    /// The recorded status.
    was: u16,
    /// The right status.
    now: u16,
    /// The right body: JSON, or any other text. Needed where the status stays the same.
    body: Option<String>,
    #[serde(skip)]
    pub used: usize,
}

impl Mended {
    pub fn checked(self) -> Result<Mended, String> {
        check_reason(&self.reason)?;
        if self.now >= 500 {
            return Err(format!("{} is a fault itself", self.now));
        }
        if self.was == self.now && self.body.is_none() {
            return Err("the status stays the same: say in `body` what the answer is".to_owned());
        }
        Ok(self)
    }

    pub fn accepts(&self, exchange: &Exchange, answer: &Answer) -> bool {
        let which = Which {
            method: self.method.clone(),
            path: Some(self.path.clone()),
            page: self.page.clone(),
        };
        which.concerns(exchange)
            && self.was == exchange.response.status
            && self.now == answer.status
            && self.body.as_ref().is_none_or(|body| is_body(body, answer))
    }
}

fn is_body(expected: &str, answer: &Answer) -> bool {
    let Ok(found) = std::str::from_utf8(&answer.body) else {
        return false;
    };
    match (json::parse(expected), json::parse(found)) {
        (Ok(expected), Ok(found)) => expected == found,
        _ => expected == found,
    }
}

/// Exchanges that are not sent: a scenario, a path, or a single one by its number.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LeftOut {
    pub reason: String,
    page: Option<String>,
    path: Option<String>,
    exchange: Option<usize>,
    #[serde(skip)]
    pub used: usize,
}

impl LeftOut {
    pub fn checked(self) -> Result<LeftOut, String> {
        check_reason(&self.reason)?;
        if self.page.is_none() && self.path.is_none() && self.exchange.is_none() {
            return Err("say which: `page`, `path` or `exchange`".to_owned());
        }
        Ok(self)
    }

    pub fn concerns(&self, exchange: &Exchange) -> bool {
        let which = Which {
            method: None,
            path: self.path.clone(),
            page: self.page.clone(),
        };
        which.concerns(exchange) && self.exchange.is_none_or(|number| number == exchange.number)
    }
}

pub(super) fn check_reason(reason: &str) -> Result<(), String> {
    if reason.trim().is_empty() {
        return Err("the reason is empty: say why this difference does not matter".to_owned());
    }
    Ok(())
}

/// `*` stands for one segment, `**` at the end for any number of them. A query counts where the
/// pattern has one.
fn path_matches(pattern: &str, target: &str) -> bool {
    let (pattern, query) = split(pattern);
    let (path, given) = split(target);
    if query.is_some() && query != given {
        return false;
    }
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (Some("**"), _) | (None, None) => return true,
            (Some("*"), Some(_)) => {}
            (Some(a), Some(b)) if a == b => {}
            _ => return false,
        }
    }
}

fn split(target: &str) -> (&str, Option<&str>) {
    match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    }
}
