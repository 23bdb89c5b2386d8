//! The export streams: what it takes does not grow with what it gives.

use std::{
    fs,
    io::{Cursor, Read as _},
};

use serde_json::Value;
use underpin::{db::Engine, testing::RunningProgram};
use zip::ZipArchive;

use crate::setup::{fill, token, with_users};

const FEW: usize = 200;
const MANY: usize = 8_000;

/// What the many notes may take more than the few, in KiB: names and the archive's directory are kept to
/// the end, a few hundred bytes for each note. The notes themselves are 40 MB, and the archive has them twice.
const GROWTH: u64 = 12 * 1024;

#[underpin::test]
async fn memory_does_not_grow_with_the_notes(engine: Engine) {
    let mut peaks = Vec::new();
    for count in [FEW, MANY] {
        let (db, program) = with_users(engine, &["anna"]).await;
        fill(&db, count).await;
        let running = program.serve().await;
        let anna = running.bearer(&token("anna"));
        let path = "/api/settings/export-notes";
        let archive = anna.get(path).await.expect_status(200);
        peaks.push(peak_memory(&running));
        assert_whole(archive.bytes(), count);
    }
    let (few, many) = (peaks[0], peaks[1]);
    assert!(
        many < few + GROWTH,
        "{few} KiB with {FEW} notes, {many} KiB with {MANY}"
    );
}

/// The most memory that the program ever held, in KiB.
fn peak_memory(running: &RunningProgram) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", running.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.unwrap().split_whitespace().nth(1);
    number.unwrap().parse().unwrap()
}

/// Every note is there in order with its text (the checksums are compared), and the list of them at the end.
fn assert_whole(archive: &[u8], count: usize) {
    let mut archive = ZipArchive::new(Cursor::new(archive)).unwrap();
    assert_eq!(archive.len(), count + 1);
    for index in 0..count {
        let mut file = archive.by_index(index).unwrap();
        let number = index + 1;
        assert_eq!(file.name().unwrap(), format!("Note {number}.md"));
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert!(text.starts_with(&format!("# Note {number} of many. ")));
        assert!(text.len() > 5000);
    }
    let file = archive.by_name("notes_metadata.json").unwrap();
    let list: Vec<Value> = serde_json::from_reader(file).unwrap();
    assert_eq!(list.len(), count);
    assert_eq!(list[count - 1]["title"], format!("Note {count}"));
}
