//! JSON documents of any length, made piece by piece: whole if they are short, else sent while they are
//! made. Where the pieces come from is the dialects' business.

use bytes::Bytes;
use futures_util::stream;
use underpin::{Result, http::Body};

use super::reply::Content;
use crate::app::store::{Export, Part as ExportPart, Record};

/// A document above this many bytes is sent while it is made, without a length and without a tag.
const LARGEST: usize = 8 * 1024 * 1024;

/// A document, piece by piece.
pub trait Pieces: Send + 'static {
    /// The next piece; `None` after the last.
    fn next(&mut self) -> impl Future<Output = Result<Option<String>>> + Send;
}

/// The content of a reply.
pub async fn content(mut pieces: impl Pieces) -> Result<Content> {
    let mut text = String::new();
    while let Some(piece) = pieces.next().await? {
        text.push_str(&piece);
        if text.len() > LARGEST {
            return Ok(Content::Coming(coming(text, pieces)));
        }
    }
    Ok(Content::Whole(Bytes::from(text)))
}

/// An error on the way breaks the connection, so that the client sees a cut document as an error.
fn coming(begun: String, pieces: impl Pieces) -> Body {
    let rest = stream::unfold((Some(begun), pieces), async |(begun, mut pieces)| {
        if let Some(begun) = begun {
            return Some((Ok(Bytes::from(begun)), (None, pieces)));
        }
        match pieces.next().await {
            Ok(piece) => Some((Ok(Bytes::from(piece?)), (None, pieces))),
            Err(error) => {
                tracing::error!(error = error.chain(), "a document was cut short");
                Some((Err(std::io::Error::other(error.chain())), (None, pieces)))
            }
        }
    });
    Body::from_stream(rest)
}

/// The items of an indented array, as they come.
#[derive(Debug, Default)]
pub struct Items {
    depth: usize,
    any: bool,
}

impl Items {
    /// Of an array that stands `depth` levels deep.
    pub fn at(depth: usize) -> Self {
        Self { depth, any: false }
    }

    /// Puts the brackets, commas and line breaks before the next item.
    pub fn before_item(&mut self, to: &mut String) {
        to.push_str(if self.any { ",\n" } else { "[\n" });
        self.any = true;
        indent(self.depth + 1, to);
    }

    /// The bracket at the end.
    pub fn end(&self, to: &mut String) {
        if self.any {
            to.push('\n');
            indent(self.depth, to);
            to.push(']');
        } else {
            to.push_str("[]");
        }
    }

    /// Adds whole records.
    pub fn add(&mut self, records: &[Record], to: &mut String) {
        for record in records {
            self.before_item(to);
            record.pretty(self.depth + 1, to);
        }
    }
}

pub fn indent(depth: usize, to: &mut String) {
    to.extend(std::iter::repeat_n("  ", depth));
}

/// All data as one object.
pub struct Database {
    export: Export,
    list: Option<Items>,
    any: bool,
    over: bool,
}

impl Database {
    pub fn new(export: Export) -> Self {
        Self {
            export,
            list: None,
            any: false,
            over: false,
        }
    }

    fn key(&mut self, name: &str, to: &mut String) {
        if let Some(list) = self.list.take() {
            list.end(to);
        }
        to.push_str(if self.any { ",\n  " } else { "{\n  " });
        self.any = true;
        crate::app::value::quote(name, to);
        to.push_str(": ");
    }
}

impl Pieces for Database {
    async fn next(&mut self) -> Result<Option<String>> {
        if self.over {
            return Ok(None);
        }
        let mut text = String::new();
        match self.export.next().await? {
            Some(ExportPart::List(name)) => {
                self.key(&name, &mut text);
                self.list = Some(Items::at(1));
            }
            Some(ExportPart::Records(records)) => {
                if let Some(list) = &mut self.list {
                    list.add(&records, &mut text);
                }
            }
            Some(ExportPart::Value(name, body)) => {
                self.key(&name, &mut text);
                crate::app::value::pretty(&body, 1, &mut text);
            }
            None => {
                if let Some(list) = self.list.take() {
                    list.end(&mut text);
                }
                text.push_str(if self.any { "\n}" } else { "{}" });
                self.over = true;
            }
        }
        Ok(Some(text))
    }
}
