//! Counts and hashes what is read, and stops at a single record that is too big to be held.

use std::{
    io::{self, Read},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use sha2::{Digest as _, Sha256};

use super::{super::file_hash::FileHash, Progress};

/// The greatest record, in bytes. A body is refused long before; a file with such a record is no data file.
pub const GREATEST: u64 = 64 * 1024 * 1024;

/// A reader with a meter.
pub struct Meter<R> {
    inner: R,
    progress: Progress,
    gauge: Gauge,
}

/// The meter's readings, while a parser holds the reader.
#[derive(Clone, Default)]
pub struct Gauge {
    hash: Arc<Mutex<Sha256>>,
    since_mark: Arc<AtomicU64>,
}

impl<R: Read> Meter<R> {
    pub fn new(inner: R, progress: Progress) -> Self {
        Self {
            inner,
            progress,
            gauge: Gauge::default(),
        }
    }

    pub fn gauge(&self) -> Gauge {
        self.gauge.clone()
    }
}

impl Gauge {
    /// A record is over; the next may be as big again.
    pub fn mark(&self) {
        self.since_mark.store(0, Ordering::Relaxed);
    }

    /// Whether the reading stopped at a record that is too big.
    pub fn overflowed(&self) -> bool {
        self.since_mark.load(Ordering::Relaxed) > GREATEST
    }

    /// The hash of all that was read.
    pub fn hash(&self) -> FileHash {
        let hash = self.hash.lock().unwrap_or_else(PoisonError::into_inner);
        FileHash::from_digest(hash.clone().finalize())
    }
}

impl<R: Read> Read for Meter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let read = buffer.get(..count).unwrap_or_default();
        let mut hash = self
            .gauge
            .hash
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        hash.update(read);
        drop(hash);
        self.progress.add(count);
        let so_far = self
            .gauge
            .since_mark
            .fetch_add(count as u64, Ordering::Relaxed);
        if so_far + count as u64 > GREATEST {
            return Err(io::Error::other("a single record is too big"));
        }
        Ok(count)
    }
}
