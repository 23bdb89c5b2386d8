//! One JSON record per line.

use std::{
    io::{BufRead, Read as _},
    path::Path,
};

use super::{Content, Item, LARGEST, Place, Take, complaint, open};
use crate::StartError;

/// Hands every line that is not blank to `take`.
pub(super) fn read(file: &Path, take: &mut Take<'_>) -> Result<(), StartError> {
    let mut reader = open(file)?;
    let (mut index, mut line, mut byte) = (0, 0, 0);
    loop {
        let mut bytes = Vec::new();
        let broken = |problem: String| complaint(&file.display().to_string(), problem);
        let read = reader
            .by_ref()
            .take(LARGEST + 1)
            .read_until(b'\n', &mut bytes)
            .map_err(|error| broken(format!("cannot be read on: {error}")))?;
        if read == 0 {
            return Ok(());
        }
        line += 1;
        if read as u64 > LARGEST {
            let megabytes = LARGEST >> 20;
            return Err(broken(format!(
                "has a record of more than {megabytes} MiB in line {line}"
            )));
        }
        let place = Place {
            index,
            line: Some(line),
            byte: Some(byte),
        };
        byte += read as u64;
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        index += 1;
        let content = match str::from_utf8(bytes.trim_ascii()) {
            Ok(text) => Content::Text(text.to_owned()),
            Err(_) => Content::Bad("not_utf8"),
        };
        if !take(Item { place, content }) {
            return Ok(());
        }
    }
}
