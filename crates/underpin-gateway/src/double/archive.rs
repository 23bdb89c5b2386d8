//! ZIP archives as the original streams them: deflate, data descriptors, extended timestamps.

use std::io::{Read, Write};

use chrono::{Datelike, Timelike};
use flate2::{Compression, Crc, read::DeflateDecoder, write::DeflateEncoder};

/// One file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub content: String,
}

fn number(bytes: &[u8], at: usize, length: usize) -> usize {
    bytes[at..at + length]
        .iter()
        .rev()
        .fold(0, |sum, byte| sum * 256 + usize::from(*byte))
}

/// Reads the files of an archive that [`pack`] or the original wrote.
pub fn unpack(bytes: &[u8]) -> Vec<File> {
    let end = bytes.len() - 22;
    let mut at = number(bytes, end + 16, 4);
    let mut files = Vec::new();
    while at < end {
        let (packed, name) = (number(bytes, at + 20, 4), number(bytes, at + 28, 2));
        let (extra, local) = (number(bytes, at + 30, 2), number(bytes, at + 42, 4));
        let start = local + 30 + number(bytes, local + 26, 2) + number(bytes, local + 28, 2);
        let mut content = String::new();
        let mut decoder = DeflateDecoder::new(&bytes[start..start + packed]);
        decoder.read_to_string(&mut content).unwrap();
        let file_name = String::from_utf8(bytes[at + 46..at + 46 + name].to_vec()).unwrap();
        files.push(File {
            name: file_name,
            content,
        });
        at += 46 + name + extra;
    }
    files
}

fn four(value: usize) -> [u8; 4] {
    u32::try_from(value).unwrap().to_le_bytes()
}

fn two(value: usize) -> [u8; 2] {
    u16::try_from(value).unwrap().to_le_bytes()
}

/// The time and date words of MS-DOS.
fn dos_words(now: i64) -> [u8; 4] {
    let moment = chrono::DateTime::from_timestamp_micros(now).unwrap();
    let clock = (moment.hour() << 11) | (moment.minute() << 5) | (moment.second() / 2);
    let day = ((moment.year_ce().1 - 1980) << 9) | (moment.month() << 5) | moment.day();
    ((day << 16) | clock).to_le_bytes()
}

/// Writes an archive, all files modified at `now` (microseconds since 1970).
pub fn pack(files: &[File], now: i64) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    let seconds = u32::try_from(now / 1_000_000).unwrap();
    let extra = [b"UT\x05\x00\x01", &seconds.to_le_bytes()[..]].concat();
    let head = [&b"\x14\0\x08\x08\x08\0"[..], &dos_words(now)].concat();
    for file in files {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(file.content.as_bytes()).unwrap();
        let packed = encoder.finish().unwrap();
        let mut crc = Crc::new();
        crc.update(file.content.as_bytes());
        let sums = [
            crc.sum().to_le_bytes(),
            four(packed.len()),
            four(file.content.len()),
        ]
        .concat();
        let lengths = [two(file.name.len()), two(extra.len())].concat();
        let (name, offset) = (file.name.as_bytes(), four(out.len()));
        out.extend(
            [
                b"PK\x03\x04",
                &head[..],
                &[0; 12],
                &lengths,
                name,
                &extra,
                &packed,
            ]
            .concat(),
        );
        out.extend([b"PK\x07\x08", &sums[..]].concat());
        let attributes = [&[0; 8][..], &[0xa4, 0x01], &offset].concat();
        let central = [
            b"PK\x01\x02\x14\x03",
            &head[..],
            &sums,
            &lengths,
            &attributes,
            name,
        ];
        directory.extend([central.concat(), extra.clone()].concat());
    }
    let count = two(files.len());
    let (size, offset) = (four(directory.len()), four(out.len()));
    out.extend(&directory);
    out.extend(
        [
            b"PK\x05\x06\0\0\0\0",
            &count[..],
            &count,
            &size,
            &offset,
            &[0, 0],
        ]
        .concat(),
    );
    out
}
