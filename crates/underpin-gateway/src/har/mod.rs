//! Recordings: HAR 1.2 and the extra keys of this project's recorders. Nothing is sent from here.

mod body;
mod extras;
mod read;
#[cfg(test)]
mod tests;

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

pub use extras::{Capture, Issuer, Page, Setup};

use crate::json::{self, Json};

/// Files above this size (256 MiB) are refused.
const LARGEST_FILE: u64 = 256 << 20;

/// A recording: what was sent to the original, in order, and what it answered.
#[derive(Debug, Clone)]
pub struct Recording {
    /// Where the file lies, with the data that its scenarios start from; none if it came as text.
    pub directory: Option<PathBuf>,
    /// The exchanges in the order in which they were made.
    pub exchanges: Vec<Exchange>,
    /// The scenarios that exchanges belong to.
    pub pages: Vec<Page>,
    /// What must exist before the first exchange.
    pub setup: Setup,
}

/// One request of the recording with the answer of the original.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Position in the file, from 1.
    pub number: usize,
    /// The scenario that it belongs to (`pageref`).
    pub page: Option<String>,
    /// When the request was sent, in microseconds since 1970.
    pub started: i64,
    /// How long the original took, in microseconds.
    pub took: i64,
    /// What the step is about.
    pub comment: String,
    /// How strictly to compare (`_tags`).
    pub tags: Vec<String>,
    /// What happened on the server just before (`_before`).
    pub before: Option<Json>,
    /// The token's header and claims (`_auth`).
    pub auth: Option<Json>,
    /// Why another answer is acceptable (`_tolerate`).
    pub tolerate: Option<String>,
    /// Values that the server generated (`_captures`).
    pub captures: Vec<Capture>,
    /// Set if the recorded answer's body was left out (`_scrubbed`).
    pub scrubbed: Option<String>,
    /// Set if the recorded request's body was left out (`_textShortened`).
    pub shortened: Option<String>,
    /// What was sent.
    pub request: Request,
    /// What came back.
    pub response: Response,
}

impl Exchange {
    /// Whether the recorder gave it this tag.
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags.iter().any(|own| own == tag)
    }

    /// The path without query and trailing slash: where a creation adds to.
    pub fn collection(&self) -> &str {
        let path = self.request.target.split('?').next().unwrap_or_default();
        path.trim_end_matches('/')
    }

    /// Whether only status and content type can be compared, because the body is not in the file.
    pub fn body_left_out(&self) -> bool {
        self.has_tag("body-left-out") || self.scrubbed.is_some()
    }
}

/// A recorded request.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method, any token.
    pub method: String,
    /// Scheme and authority, such as `http://127.0.0.1:8101`.
    pub origin: String,
    /// Path and query as sent, such as `/api/notes?x=1`.
    pub target: String,
    /// Headers in order, repeated names included.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

/// A recorded answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Headers in order, repeated names included.
    pub headers: Vec<(String, String)>,
    /// The body's bytes, content encoding removed.
    pub body: Vec<u8>,
}

/// Why a file cannot be used as a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError(pub String);

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads the recording at `path`.
///
/// # Errors
/// A sentence that says what is wrong with the file and where.
pub fn load(path: &Path) -> Result<Recording, LoadError> {
    let told = |what: String| LoadError(format!("{}: {what}", path.display()));
    let size = fs::metadata(path)
        .map_err(|error| told(format!("cannot be read: {error}")))?
        .len();
    if size > LARGEST_FILE {
        return Err(told(format!(
            "is {size} bytes long; recordings may have {LARGEST_FILE}"
        )));
    }
    let bytes = fs::read(path).map_err(|error| told(format!("cannot be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| told("is not UTF-8 text".to_owned()))?;
    let mut recording = from_text(&text).map_err(|LoadError(what)| told(what))?;
    recording.directory = path.parent().map(ToOwned::to_owned);
    Ok(recording)
}

/// Reads a recording from the text of a HAR file.
///
/// # Errors
/// A sentence that says what is wrong and where in the document.
pub fn from_text(text: &str) -> Result<Recording, LoadError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document =
        json::parse(text).map_err(|error| LoadError(format!("is not HAR: not JSON: {error}")))?;
    read::recording(&document)
}
