//! Writes a ZIP archive piece by piece, with the layout of contract section 8. Knows nothing of notes.
//!
//! Own code because the layout is fixed (flags, no file-type bits in the mode) and `zip` writes another.

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use chrono::{DateTime, Datelike, Timelike, Utc};
use flate2::{Compression, Crc, write::DeflateEncoder};

/// Deflate, sizes in a data descriptor after the data, names in UTF-8.
const FLAGS: u16 = 0x0808;
const VERSION: u16 = 20;
const VERSION_ZIP64: u16 = 45;
const MADE_BY_UNIX: u16 = 3 << 8;
const DEFLATE: u16 = 8;
const MODE: u32 = 0o644 << 16;

/// An archive that is written as it grows. What it keeps in memory is the central directory.
///
/// The whole archive has one modification time. It is ZIP32; the end records that ZIP64 adds come only
/// when there are more than 65,534 entries or 4 GiB.
#[derive(Debug)]
pub struct ZipWriter<W> {
    out: Counted<W>,
    modified: [u8; 4],
    timestamp: [u8; 9],
    directory: Vec<u8>,
    entries: u64,
}

impl<W: Write> ZipWriter<W> {
    /// An archive written to `out` whose entries were all modified at `modified`.
    pub fn new(out: W, modified: DateTime<Utc>) -> Self {
        Self {
            out: Counted {
                inner: out,
                written: 0,
            },
            modified: dos_time(modified),
            timestamp: extended_timestamp(modified),
            directory: Vec::new(),
            entries: 0,
        }
    }

    /// Adds a file whose content `write` writes.
    ///
    /// Fails if writing fails, or if the name is over 65,535 bytes or the content over 4 GiB.
    pub fn file(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let offset = self.out.written;
        let name_length = u16::try_from(name.len()).map_err(io::Error::other)?;
        let mut header = Record::signed(*b"PK\x03\x04");
        header
            .u16(VERSION)
            .u16(FLAGS)
            .u16(DEFLATE)
            .bytes(&self.modified);
        header.u32(0).u32(0).u32(0).u16(name_length).u16(9);
        header.bytes(name.as_bytes()).bytes(&self.timestamp);
        self.out.write_all(&header.0)?;

        let start = self.out.written;
        let (checksum, length) = deflate(&mut self.out, write)?;
        let deflated = u32::try_from(self.out.written - start).map_err(io::Error::other)?;

        let mut descriptor = Record::signed(*b"PK\x07\x08");
        descriptor.u32(checksum).u32(deflated).u32(length);
        self.out.write_all(&descriptor.0)?;

        let mut entry = Record::signed(*b"PK\x01\x02");
        let short = u32::try_from(offset)
            .ok()
            .filter(|offset| *offset != u32::MAX);
        let (version, extra) = if short.is_some() {
            (VERSION, 9)
        } else {
            (VERSION_ZIP64, 21)
        };
        entry
            .u16(MADE_BY_UNIX | version)
            .u16(version)
            .u16(FLAGS)
            .u16(DEFLATE);
        entry
            .bytes(&self.modified)
            .u32(checksum)
            .u32(deflated)
            .u32(length);
        entry
            .u16(name_length)
            .u16(extra)
            .u16(0)
            .u16(0)
            .u16(0)
            .u32(MODE);
        entry
            .u32(short.unwrap_or(u32::MAX))
            .bytes(name.as_bytes())
            .bytes(&self.timestamp);
        if short.is_none() {
            entry.u16(1).u16(8).u64(offset);
        }
        self.directory.extend_from_slice(&entry.0);
        self.entries += 1;
        Ok(())
    }

    /// Writes the directory and gives the output back.
    pub fn finish(mut self) -> io::Result<W> {
        let (start, size) = (self.out.written, self.directory.len() as u64);
        self.out.write_all(&self.directory)?;
        let entries = u16::try_from(self.entries).unwrap_or(u16::MAX);
        let (short_size, short_start) = (saturate(size), saturate(start));
        let mut end = Record(Vec::new());
        if entries == u16::MAX || short_size == u32::MAX || short_start == u32::MAX {
            end.bytes(b"PK\x06\x06")
                .u64(44)
                .u16(MADE_BY_UNIX | VERSION_ZIP64)
                .u16(VERSION_ZIP64);
            end.u32(0)
                .u32(0)
                .u64(self.entries)
                .u64(self.entries)
                .u64(size)
                .u64(start);
            end.bytes(b"PK\x06\x07").u32(0).u64(start + size).u32(1);
        }
        end.bytes(b"PK\x05\x06")
            .u16(0)
            .u16(0)
            .u16(entries)
            .u16(entries);
        end.u32(short_size).u32(short_start).u16(0);
        self.out.write_all(&end.0)?;
        self.out.flush()?;
        Ok(self.out.inner)
    }
}

/// Deflates what `write` writes into `out`; its checksum and its length before.
fn deflate(
    out: &mut impl Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<(u32, u32)> {
    let inner = DeflateEncoder::new(out, Compression::default());
    let mut content = Checked {
        inner,
        crc: Crc::new(),
        length: 0,
    };
    write(&mut content)?;
    let length = u32::try_from(content.length).map_err(io::Error::other)?;
    let checksum = content.crc.sum();
    content.inner.finish()?;
    Ok((checksum, length))
}

fn saturate(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// MS-DOS time and date: two-second steps, 1980 to 2107.
fn dos_time(at: DateTime<Utc>) -> [u8; 4] {
    let year = u32::try_from(at.year() - 1980).unwrap_or(0).min(127);
    let date = year << 9 | at.month() << 5 | at.day();
    let time = at.hour() << 11 | at.minute() << 5 | (at.second() / 2);
    (date << 16 | time).to_le_bytes()
}

/// The extra field `UT`: the modification time in Unix seconds.
fn extended_timestamp(at: DateTime<Utc>) -> [u8; 9] {
    let seconds = i32::try_from(at.timestamp())
        .unwrap_or(i32::MAX)
        .to_le_bytes();
    let mut field = [b'U', b'T', 5, 0, 1, 0, 0, 0, 0];
    field[5..].copy_from_slice(&seconds);
    field
}

/// A header under construction; all numbers little-endian.
struct Record(Vec<u8>);

impl Record {
    fn signed(signature: [u8; 4]) -> Self {
        Self(signature.to_vec())
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn u16(&mut self, number: u16) -> &mut Self {
        self.bytes(&number.to_le_bytes())
    }

    fn u32(&mut self, number: u32) -> &mut Self {
        self.bytes(&number.to_le_bytes())
    }

    fn u64(&mut self, number: u64) -> &mut Self {
        self.bytes(&number.to_le_bytes())
    }
}

/// Counts what goes through.
#[derive(Debug)]
struct Counted<W> {
    inner: W,
    written: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Deflates what goes through and keeps its checksum and length.
struct Checked<W: Write> {
    inner: DeflateEncoder<W>,
    crc: Crc,
    length: u64,
}

impl<W: Write> Write for Checked<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.crc.update(&bytes[..written]);
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
