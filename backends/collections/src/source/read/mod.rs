//! A data file read piece by piece, in constant memory. What a record must be like is `rules.rs`.

mod document;
mod json5;
mod meter;

use std::{
    fs::File,
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

pub use meter::GREATEST;

use super::{fault::Fault, file_hash::FileHash};
use crate::app::{config::Options, value::Json};

/// What stands at the top of a data file, in its order.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// A collection of this name begins.
    List(String),
    /// The next record of the collection that began last.
    Element(Json),
    /// Anything else: a single record, a plain value.
    Whole(String, Json),
}

/// Takes the pieces as they come.
pub trait Sink {
    /// A fault ends the reading.
    fn take(&mut self, piece: Piece) -> Result<(), Fault>;
}

impl<F: FnMut(Piece) -> Result<(), Fault>> Sink for F {
    fn take(&mut self, piece: Piece) -> Result<(), Fault> {
        self(piece)
    }
}

/// How far a reading has come, seen from another thread.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<AtomicU64>);

impl Progress {
    /// Bytes that were read.
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// Reads the data file from its beginning to its end; the hash of exactly what was read.
pub fn read_file(
    options: &Options,
    progress: &Progress,
    sink: &mut impl Sink,
) -> Result<FileHash, Fault> {
    let file = File::open(&options.file).map_err(|error| Fault::opening(&error))?;
    if options.is_json5() {
        json5::read(file, progress, sink)
    } else {
        read(file, progress, sink)
    }
}

/// Reads JSON from anywhere.
pub fn read(from: impl Read, progress: &Progress, sink: &mut impl Sink) -> Result<FileHash, Fault> {
    let meter = meter::Meter::new(from, progress.clone());
    document::read(meter, sink)
}
