//! A reply on its way out: status, headers, and a body that is whole or still to come. What it says is the
//! dialects' business.

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use underpin::http::{Body, HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use super::encoding::{Coding, Packer};

/// Headers that a reply has room for at first.
const HEADERS: usize = 10;

/// A body.
#[derive(Debug)]
pub enum Content {
    Nothing,
    Whole(Bytes),
    /// It is made while it is sent; its length is known to nobody.
    Coming(Body),
}

/// A reply on its way out.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub content: Content,
}

/// What a failure of the program is called: the client learns whether it may try again, and no more.
pub fn title(status: StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or("Internal Server Error")
}

impl Reply {
    /// A reply without headers and body.
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            // Most replies have between six and eight: their table is made once.
            headers: HeaderMap::with_capacity(HEADERS),
            content: Content::Nothing,
        }
    }

    /// A reply with a whole body of this type.
    pub fn whole(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Self {
        let mut reply = Self::new(status);
        reply.content = Content::Whole(body.into());
        reply.set_fixed(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        reply
    }

    /// Sets a header to a value that was made when the program was compiled.
    pub fn set_fixed(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.insert(name, value);
    }

    /// Sets a header; a text that cannot be one is left out.
    pub fn set(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            self.headers.insert(name, value);
        }
    }

    /// Adds a name to those that the reply depends on.
    pub fn vary(&mut self, name: &str) {
        let present = self.headers.get(header::VARY);
        let present = present
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let listed = present
            .split(',')
            .any(|one| one.trim().eq_ignore_ascii_case(name));
        if !listed {
            let all = if present.is_empty() {
                name.to_owned()
            } else {
                format!("{present}, {name}")
            };
            self.set(header::VARY, &all);
        }
    }

    /// How long the body is, if that is known.
    pub fn length(&self) -> Option<usize> {
        match &self.content {
            Content::Nothing => Some(0),
            Content::Whole(bytes) => Some(bytes.len()),
            Content::Coming(_) => None,
        }
    }

    /// The same with its body made smaller.
    #[must_use]
    pub fn packed(mut self, coding: Coding) -> Self {
        self.set(header::CONTENT_ENCODING, coding.name());
        self.headers.remove(header::CONTENT_LENGTH);
        let pieces = match self.content {
            Content::Nothing => Body::empty(),
            Content::Whole(bytes) => Body::from(bytes),
            Content::Coming(body) => body,
        };
        let packed = stream::unfold(
            (pieces.into_data_stream(), Some(Packer::new(coding))),
            async |(mut pieces, packer)| {
                let mut packer = packer?;
                loop {
                    let made = match pieces.next().await {
                        Some(Ok(piece)) => packer.pack(&piece),
                        Some(Err(error)) => {
                            return Some((Err(std::io::Error::other(error)), (pieces, None)));
                        }
                        None => {
                            let rest = packer.finish().map(Bytes::from);
                            return Some((rest, (pieces, None)));
                        }
                    };
                    match made {
                        Ok(bytes) if bytes.is_empty() => {}
                        Ok(bytes) => return Some((Ok(Bytes::from(bytes)), (pieces, Some(packer)))),
                        Err(error) => {
                            return Some((Err(error), (pieces, None)));
                        }
                    }
                }
            },
        );
        self.content = Content::Coming(Body::from_stream(packed));
        self
    }

    /// The response; without the body, but with its length, for a HEAD.
    pub fn into_response(mut self, is_head: bool) -> Response {
        let bodiless = matches!(
            self.status,
            StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
        );
        if let Some(length) = self.length()
            && !bodiless
        {
            self.headers
                .insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        // A body that is seen to be empty would take a length that was set along with it.
        let says_nothing = bodiless && self.headers.contains_key(header::CONTENT_LENGTH);
        let body = match self.content {
            _ if says_nothing => {
                Body::from_stream(stream::empty::<Result<Bytes, std::io::Error>>())
            }
            _ if is_head => Body::empty(),
            Content::Nothing => Body::empty(),
            Content::Whole(bytes) => Body::from(bytes),
            Content::Coming(body) => body,
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
