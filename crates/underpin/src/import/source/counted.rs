//! A reader that knows where it stands, keeps what it read of the present record, and refuses one without end.

use std::{
    cell::{Cell, RefCell},
    io::{self, Read},
    rc::Rc,
};

use super::LARGEST;

/// Where a [`Counted`] stands; shared with whoever drives it.
#[derive(Debug, Default)]
pub(super) struct Position {
    bytes: Cell<u64>,
    lines: Cell<u64>,
    since: Cell<u64>,
    keeping: Cell<bool>,
    kept: RefCell<Vec<u8>>,
}

impl Position {
    /// Begins a record or a name: from here on its size counts, and with `keeping` its bytes are kept.
    pub(super) fn begin(&self, keeping: bool) {
        self.since.set(0);
        self.keeping.set(keeping);
        self.kept.borrow_mut().clear();
    }

    /// Forgets the size: what comes is no record.
    pub(super) fn pass(&self) {
        self.begin(false);
    }

    /// Bytes read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.get()
    }

    /// Line breaks read so far.
    pub(super) fn lines(&self) -> u64 {
        self.lines.get()
    }

    /// What was read since [`Position::begin`].
    pub(super) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.kept.borrow_mut())
    }
}

/// Counts what it reads of `inner`.
#[derive(Debug)]
pub(super) struct Counted<R> {
    inner: R,
    position: Rc<Position>,
    /// Whether a record may be too large: not while nothing is kept.
    bounded: bool,
}

impl<R> Counted<R> {
    /// `bounded`: every byte belongs to a record.
    pub(super) fn new(inner: R, bounded: bool) -> (Self, Rc<Position>) {
        let position = Rc::new(Position::default());
        let counted = Self {
            inner,
            position: Rc::clone(&position),
            bounded,
        };
        (counted, position)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let fresh = buffer.get(..read).unwrap_or_default();
        let position = &self.position;
        let add = |cell: &Cell<u64>, more: usize| cell.set(cell.get() + more as u64);
        add(&position.bytes, read);
        add(&position.since, read);
        add(&position.lines, line_breaks(fresh));
        if position.keeping.get() {
            position.kept.borrow_mut().extend_from_slice(fresh);
        }
        if (self.bounded || position.keeping.get()) && position.since.get() > LARGEST {
            let megabytes = LARGEST >> 20;
            let problem = format!("a record or a name of more than {megabytes} MiB");
            return Err(io::Error::other(problem));
        }
        Ok(read)
    }
}

/// How many lines end in these bytes.
pub(super) fn line_breaks(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count() - 1
}
