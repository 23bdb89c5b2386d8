//! CSV with a line of names: each further record an object of texts.

use std::{
    io::{self, Read, Seek as _, SeekFrom},
    path::Path,
};

use csv::{ByteRecord, Reader, ReaderBuilder};
use serde_json::{Map, Value};

use super::{Content, Item, Place, Take, complaint, counted::Counted, open};
use crate::StartError;

/// The names in the first line.
pub(super) fn names(file: &Path, delimiter: u8) -> Result<Vec<String>, StartError> {
    let (counted, _) = Counted::new(open(file)?, true);
    names_of(&mut reader(counted, delimiter), file)
}

/// Hands every record behind the line of names to `take`.
pub(super) fn read(file: &Path, delimiter: u8, take: &mut Take<'_>) -> Result<(), StartError> {
    let (counted, position) = Counted::new(open(file)?, true);
    let mut reader = reader(counted, delimiter);
    let names = names_of(&mut reader, file)?;
    let mut record = ByteRecord::new();
    let mut last = Place::at(0);
    for index in 0.. {
        position.pass();
        if !reader
            .read_byte_record(&mut record)
            .map_err(|error| broken(&error, file))?
        {
            break;
        }
        let at = record.position();
        last = Place {
            index,
            line: at.map(csv::Position::line),
            byte: at.map(csv::Position::byte),
        };
        let content = content(&names, &record);
        if !take(Item {
            place: last,
            content,
        }) {
            return Ok(());
        }
    }
    closed(file, delimiter, last)
}

fn reader<R: Read>(from: R, delimiter: u8) -> Reader<R> {
    ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(from)
}

fn names_of<R: Read>(reader: &mut Reader<R>, file: &Path) -> Result<Vec<String>, StartError> {
    let names = reader.headers().map_err(|error| broken(&error, file))?;
    let names: Vec<String> = names.iter().map(str::to_owned).collect();
    if names.iter().all(String::is_empty) {
        return Err(complaint(&file.display().to_string(), "is empty"));
    }
    Ok(names)
}

/// Fails if the last record ends within quotes: all that stands behind them would be taken for one cell.
fn closed(file: &Path, delimiter: u8, last: Place) -> Result<(), StartError> {
    let broken = |error: io::Error| complaint(&file.display().to_string(), error.to_string());
    let mut rest = open(file)?;
    let start = rest.stream_position().map_err(broken)? + last.byte.unwrap_or_default();
    rest.seek(SeekFrom::Start(start)).map_err(broken)?;
    // One more record behind the last: it is read as one if the last one has an end.
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(rest.chain(&b"\nend"[..]));
    let mut record = ByteRecord::new();
    let mut stands_alone = false;
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        stands_alone = record.as_slice() == b"end";
    }
    if stands_alone {
        return Ok(());
    }
    let problem = match last.line {
        Some(line) => format!("has a quote that nothing closes, in the record of line {line}"),
        None => "has a quote that nothing closes".to_owned(),
    };
    Err(complaint(&file.display().to_string(), problem))
}

fn broken(error: &csv::Error, file: &Path) -> StartError {
    let problem = match error.kind() {
        csv::ErrorKind::Io(error) => format!("cannot be read on: {error}"),
        csv::ErrorKind::Utf8 { .. } => "has names of fields that are not UTF-8".to_owned(),
        _ => "is not CSV".to_owned(),
    };
    complaint(&file.display().to_string(), problem)
}

fn content(names: &[String], record: &ByteRecord) -> Content {
    if record.len() != names.len() {
        return Content::Bad("wrong_number_of_fields");
    }
    let mut cells = Map::new();
    for (name, cell) in names.iter().zip(record) {
        match str::from_utf8(cell) {
            Ok("") => {}
            Ok(text) => {
                cells.insert(name.clone(), Value::from(text));
            }
            Err(_) => return Content::Bad("not_utf8"),
        }
    }
    Content::Cells(cells)
}
