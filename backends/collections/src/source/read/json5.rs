//! JSON5, which v1 reads: the whole file at once, since the format's parser does not stream.

use std::io::Read;

use super::{
    Piece, Progress, Sink,
    meter::{GREATEST, Meter},
};
use crate::app::{
    source::{fault::Fault, file_hash::FileHash},
    value::Json,
};

/// Reads a document to its end. One as big as [`GREATEST`] is refused.
pub fn read(from: impl Read, progress: &Progress, sink: &mut impl Sink) -> Result<FileHash, Fault> {
    let mut meter = Meter::new(from.take(GREATEST + 1), progress.clone());
    let gauge = meter.gauge();
    let mut text = String::new();
    let read = meter.read_to_string(&mut text);
    if gauge.overflowed() {
        return Err(Fault::TooBig);
    }
    read.map_err(|error| Fault::Malformed(error.to_string()))?;
    if !text.trim_start_matches('\u{feff}').trim().is_empty() {
        let document = ::json5::from_str(&text);
        pieces(
            document.map_err(|error| Fault::Malformed(error.to_string()))?,
            sink,
        )?;
    }
    Ok(gauge.hash())
}

fn pieces(document: Json, sink: &mut impl Sink) -> Result<(), Fault> {
    let object = match document {
        Json::Object(object) => object,
        other => return Err(Fault::NoObject(super::super::fault::kind(&other))),
    };
    for (name, value) in object.into_entries() {
        match value {
            Json::Array(elements) => {
                sink.take(Piece::List(name))?;
                for element in elements {
                    sink.take(Piece::Element(element))?;
                }
            }
            value => sink.take(Piece::Whole(name, value))?,
        }
    }
    Ok(())
}
