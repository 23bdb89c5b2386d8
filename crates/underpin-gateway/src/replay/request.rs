//! From a recorded request to the one that is sent: old values replaced, tokens signed anew.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{client::Outgoing, shortened, signer::Signer};
use crate::{compare::Ledger, har::Exchange};

/// Builds the request that is sent at `now`, in microseconds since 1970.
pub fn build(exchange: &Exchange, ledger: &Ledger, signer: Option<&Signer>, now: i64) -> Outgoing {
    let recorded = &exchange.request;
    let sign = |recorded: &str| {
        let (signer, auth) = (signer?, exchange.auth.as_ref()?);
        signer.sign(auth, recorded, now - exchange.started)
    };
    let header = |(name, value): &(String, String)| {
        let is_token = name.eq_ignore_ascii_case("authorization");
        let value = match sign(value).filter(|_| is_token) {
            Some(token) => with_token(value, &token),
            None => ledger.rewrite(value),
        };
        (name.clone(), value)
    };
    let authority = recorded.origin.split_once("://").map(|(_, rest)| rest);
    let host = recorded
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("host"))
        .map(|(_, value)| value)
        .filter(|value| Some(value.as_str()) != authority);
    Outgoing {
        host: host.cloned(),
        method: recorded.method.clone(),
        target: target(&recorded.target, ledger),
        headers: recorded.headers.iter().map(header).collect(),
        body: shortened::rebuilt(exchange).unwrap_or_else(|| body(&recorded.body, ledger)),
    }
}

fn body(recorded: &[u8], ledger: &Ledger) -> Vec<u8> {
    match std::str::from_utf8(recorded) {
        Ok(text) => ledger.rewrite(text).into_bytes(),
        Err(_) => recorded.to_vec(),
    }
}

/// Replaces old values as they stand and, part by part, percent-encoded ones.
fn target(recorded: &str, ledger: &Ledger) -> String {
    let plain = ledger.rewrite(recorded);
    if !plain.contains('%') {
        return plain;
    }
    let mut out = String::with_capacity(plain.len());
    for part in plain.split_inclusive(['/', '?', '&', '=']) {
        let (text, end) = match part.char_indices().next_back() {
            Some((at, '/' | '?' | '&' | '=')) => part.split_at(at),
            _ => (part, ""),
        };
        let decoded = percent_decode_str(text).decode_utf8_lossy();
        let rewritten = ledger.rewrite(&decoded);
        if text.contains('%') && rewritten != decoded {
            out.extend(utf8_percent_encode(&rewritten, NON_ALPHANUMERIC));
        } else {
            out.push_str(text);
        }
        out.push_str(end);
    }
    out
}

/// Puts a new token where the recorded header has one, whatever the scheme's spelling.
fn with_token(value: &str, token: &str) -> String {
    match value.rsplit_once(' ') {
        Some((scheme, _)) => format!("{scheme} {token}"),
        None => token.to_owned(),
    }
}
