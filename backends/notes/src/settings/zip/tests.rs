//! The recorded bytes, and what another reader makes of ours.

use std::io::Read as _;

use chrono::TimeZone as _;

use super::*;

fn recorded_at() -> DateTime<Utc> {
    Utc.timestamp_opt(0x6b01_3fa7, 0).unwrap()
}

/// The original's archive of a user without notes, byte for byte as recorded.
const RECORDED: &[u8] = b"PK\x03\x04\x14\0\x08\x08\x08\0\x8b\x36\x75\x5d\0\0\0\0\0\0\0\0\0\0\0\0\x13\0\x09\0\
    notes_metadata.jsonUT\x05\0\x01\xa7\x3f\x01\x6b\x8b\x8e\x05\0PK\x07\x08\x29\xbb\x4c\x0d\x04\0\0\0\x02\0\0\0\
    PK\x01\x02\x14\x03\x14\0\x08\x08\x08\0\x8b\x36\x75\x5d\x29\xbb\x4c\x0d\x04\0\0\0\x02\0\0\0\x13\0\x09\0\0\0\0\0\0\0\
    \0\0\xa4\x01\0\0\0\0notes_metadata.jsonUT\x05\0\x01\xa7\x3f\x01\x6bPK\x05\x06\0\0\0\0\x01\0\x01\0\x4a\0\0\0\x4e\0\0\0\0\0";

#[test]
fn writes_the_recorded_bytes() {
    let mut zip = ZipWriter::new(Vec::new(), recorded_at());
    zip.file("notes_metadata.json", |out| out.write_all(b"[]"))
        .unwrap();
    assert_eq!(zip.finish().unwrap(), RECORDED);
}

#[test]
fn another_reader_finds_names_modes_and_contents() {
    let mut zip = ZipWriter::new(Vec::new(), recorded_at());
    let long = "# Lang\n".repeat(40_000);
    zip.file("日本語.md", |out| out.write_all(long.as_bytes()))
        .unwrap();
    zip.file("empty.md", |_| Ok(())).unwrap();
    let bytes = zip.finish().unwrap();
    let mut found = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
    assert_eq!(found.len(), 2);
    let mut text = String::new();
    let mut first = found.by_index(0).unwrap();
    assert_eq!(first.name().unwrap(), "日本語.md");
    assert_eq!(first.unix_mode(), Some(0o644));
    first.read_to_string(&mut text).unwrap();
    assert_eq!(text, long);
    drop(first);
    assert_eq!(found.by_index(1).unwrap().size(), 0);
}

#[test]
fn more_entries_than_zip32_can_count() {
    let mut zip = ZipWriter::new(Vec::new(), recorded_at());
    for number in 0..70_000 {
        zip.file(&number.to_string(), |out| out.write_all(b"x"))
            .unwrap();
    }
    let bytes = zip.finish().unwrap();
    let mut found = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
    assert_eq!(found.len(), 70_000);
    assert_eq!(found.by_index(69_999).unwrap().name().unwrap(), "69999");
}

#[test]
fn a_failing_output_fails_the_archive() {
    struct Broken;
    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut zip = ZipWriter::new(Broken, recorded_at());
    assert!(zip.file("a.md", |out| out.write_all(b"x")).is_err());
}
