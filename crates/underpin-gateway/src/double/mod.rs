//! For tests: a backend that answers as recorded, with ids, clocks and tokens of its own. Never wrong.
//! It shares no code with the comparison that it is there to check.

mod archive;
mod server;
pub mod spoil;

use std::{collections::HashMap, path::Path, sync::OnceLock};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;
use ring::hmac;

pub use archive::{File, pack, unpack};
pub use server::serve;

use crate::{
    compare::Answer,
    har::{self, Exchange, Recording},
};

/// The recording of notes that the repository keeps.
pub fn notes() -> &'static Recording {
    static RECORDING: OnceLock<Recording> = OnceLock::new();
    RECORDING.get_or_init(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/notes/notes.har");
        har::load(&path).unwrap()
    })
}

/// Another recording that the repository keeps, such as `collections/json-server-v0`.
pub fn recording(name: &str) -> &'static Recording {
    let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts");
    let recording = har::load(&contracts.join(format!("{name}.har"))).unwrap();
    Box::leak(Box::new(recording))
}

/// The secret with which the recorded tokens are signed.
pub const SECRET: &str = "oracle-secret-key-0123456789-abcdefghij";

/// A backend in its first run.
#[derive(Debug, Clone)]
pub struct Double {
    origin: String,
    began: i64,
    recording_began: i64,
    latest: i64,
    moments: HashMap<i64, i64>,
    texts: HashMap<String, String>,
}

impl Double {
    /// A backend at `origin` whose first request comes at `began` (microseconds since 1970).
    pub fn new(recording: &Recording, origin: &str, began: i64) -> Double {
        Double {
            origin: origin.to_owned(),
            began,
            recording_began: recording.exchanges[0].started,
            latest: began - 1000,
            moments: HashMap::new(),
            texts: HashMap::new(),
        }
    }

    /// What this backend answers instead of the recorded answer, at the time `now`.
    pub fn answer(&mut self, exchange: &Exchange, now: i64) -> Answer {
        let recorded = &exchange.response;
        let mut body = if recorded.body.starts_with(b"PK") {
            let files = unpack(&recorded.body).into_iter();
            let files: Vec<File> = files
                .map(|file| File {
                    content: self.text(&file.content, exchange, now),
                    ..file
                })
                .collect();
            pack(&files, now)
        } else {
            let text = String::from_utf8(recorded.body.clone()).unwrap();
            self.text(&text, exchange, now).into_bytes()
        };
        if exchange.has_tag("body-left-out") {
            body = b"<p>something</p>".to_vec();
        }
        let text = String::from_utf8_lossy(&body).replace("<seed text>", "Words of our own.");
        if exchange.has_tag("seed-text") {
            body = text.into_bytes();
        }
        let mut headers = Vec::new();
        for (name, value) in &recorded.headers {
            let value = match name.as_str() {
                "content-length" => body.len().to_string(),
                "transfer-encoding" => continue,
                _ => self.text(value, exchange, now),
            };
            headers.push((name.clone(), value));
        }
        Answer {
            status: recorded.status,
            headers,
            wire_length: body.len() as u64,
            body,
        }
    }

    /// The text of a request as this backend's client would send it.
    pub fn request_text(&self, recorded: &str) -> String {
        let mut text = recorded.to_owned();
        for (old, new) in &self.texts {
            text = text.replace(old, new);
        }
        text
    }

    fn text(&mut self, recorded: &str, exchange: &Exchange, now: i64) -> String {
        let mut out = String::new();
        let mut rest = recorded.replace(&exchange.request.origin, &self.origin);
        while !rest.is_empty() {
            let (old, new) = self
                .id(&rest, exchange, now)
                .or_else(|| self.time(&rest, exchange, now))
                .or_else(|| file_time(&rest, now))
                .or_else(|| self.token(&rest, exchange, now))
                .unwrap_or_else(|| {
                    let first = rest.chars().next().unwrap().to_string();
                    (first.clone(), first)
                });
            out.push_str(&new);
            rest = rest.split_off(old.len());
        }
        out
    }

    /// Old moments are as old as they were; new ones happen now, one after the other.
    fn moment(&mut self, old: i64, exchange: &Exchange, now: i64) -> i64 {
        if old < self.recording_began {
            return old - self.recording_began + self.began;
        }
        let latest = &mut self.latest;
        *self.moments.entry(old).or_insert_with(|| {
            *latest = (now + (old - exchange.started).clamp(0, 3000)).max(*latest + 1500);
            *latest
        })
    }

    fn id(&mut self, rest: &str, exchange: &Exchange, now: i64) -> Option<(String, String)> {
        let digits = rest.strip_prefix("note-")?.get(..13)?;
        let old: i64 = digits.parse().ok()?;
        let id = format!("note-{digits}");
        if let Some(new) = self.texts.get(&id) {
            return Some((id.clone(), new.clone()));
        }
        let new = format!("note-{}", self.moment(old * 1000, exchange, now) / 1000);
        self.texts.insert(id.clone(), new.clone());
        Some((id, new))
    }

    fn time(&mut self, rest: &str, exchange: &Exchange, now: i64) -> Option<(String, String)> {
        let old = rest.get(..32).filter(|text| text.ends_with("+00:00"))?;
        let moment = DateTime::parse_from_rfc3339(old).ok()?.timestamp_micros();
        let new = DateTime::from_timestamp_micros(self.moment(moment, exchange, now)).unwrap();
        Some((
            old.to_owned(),
            new.format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string(),
        ))
    }

    fn token(&mut self, rest: &str, exchange: &Exchange, now: i64) -> Option<(String, String)> {
        if !rest.starts_with("eyJ") {
            return None;
        }
        let end = rest.find('"').unwrap_or(rest.len());
        let old = rest.get(..end)?;
        let part = old.split('.').nth(1)?;
        let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
        let digits: String = claims.chars().filter(char::is_ascii_digit).collect();
        let expires: i64 = digits.parse().ok()?;
        let later = expires - exchange.started.div_euclid(1_000_000);
        let moved = (now / 1_000_000 + later).to_string();
        let new = sign(
            r#"{"alg":"HS256","typ":"JWT"}"#,
            &claims.replace(&digits, &moved),
            SECRET,
        );
        for (old, new) in old.split('.').zip(new.split('.')).skip(1) {
            self.texts.insert(old.to_owned(), new.to_owned());
        }
        Some((old.to_owned(), new))
    }
}

fn file_time(rest: &str, now: i64) -> Option<(String, String)> {
    let old = rest
        .get(..15)
        .filter(|text| text.starts_with("202611") && text.contains('_'))?;
    let new = DateTime::from_timestamp_micros(now).unwrap();
    Some((old.to_owned(), new.format("%Y%m%d_%H%M%S").to_string()))
}

/// A token of this header and these claims, signed with HMAC-SHA-256.
pub fn sign(header: &str, claims: &str, secret: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let signed = format!("{}.{}", part(header), part(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    format!(
        "{signed}.{}",
        URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()))
    )
}
