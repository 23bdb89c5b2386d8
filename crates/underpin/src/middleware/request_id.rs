//! A name for each request, in its extensions, its reply and its log lines.

use std::{
    str,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::body::Body;
use http::{HeaderName, HeaderValue, Request, Response};
use uuid::Builder;

use crate::{Clock, Random, Result};

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id that is taken over from a proxy.
const MAX_LENGTH: usize = 128;

/// The request's id: a UUID of version 7, or what the trusted proxy sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id as text: ASCII letters, digits, `-`, `_`, `.`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn send(&self, response: &mut Response<Body>) {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            response.headers_mut().insert(HEADER, value);
        }
    }
}

/// Makes ids that no other request of this process has, and hardly any of another.
pub(super) struct RequestIds {
    clock: Clock,
    believe: bool,
    process: u16,
    next: AtomicU64,
}

impl RequestIds {
    pub(super) fn new(clock: Clock, random: &Random, believe: bool) -> Result<Self> {
        Ok(Self {
            clock,
            believe,
            process: u16::from_le_bytes(random.bytes()?),
            next: AtomicU64::new(u64::from_le_bytes(random.bytes()?)),
        })
    }

    pub(super) fn assign(&self, request: &mut Request<Body>) -> RequestId {
        let sent = if self.believe { sent(request) } else { None };
        let id = sent.unwrap_or_else(|| self.make());
        request.extensions_mut().insert(id.clone());
        id
    }

    /// The time, two random bytes for the process, and a count from a random start. Asking the system for randomness at each request would cost more than the rest of this layer.
    fn make(&self) -> RequestId {
        let millis = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or_default();
        let count = u128::from(self.next.fetch_add(1, Ordering::Relaxed));
        let [_, _, _, _, _, _, tail @ ..] = (u128::from(self.process) << 64 | count).to_be_bytes();
        let uuid = Builder::from_unix_timestamp_millis(millis, &tail);
        let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
        RequestId(Arc::from(
            &*uuid.into_uuid().hyphenated().encode_lower(&mut text),
        ))
    }
}

fn sent(request: &Request<Body>) -> Option<RequestId> {
    let bytes = request.headers().get(HEADER)?.as_bytes();
    let sane = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let fits = (1..=MAX_LENGTH).contains(&bytes.len()) && bytes.iter().all(sane);
    let text = fits.then(|| str::from_utf8(bytes).ok())??;
    Some(RequestId(Arc::from(text)))
}
