//! CSV with a line of names: each further record an object of texts.

use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};
use serde_json::{Map, Value};

use super::{Content, Item, Place, Take, complaint, counted::Counted, open};
use crate::StartError;

/// Hands every record behind the line of names to `take`.
pub(super) fn read(file: &Path, delimiter: u8, take: &mut Take<'_>) -> Result<(), StartError> {
    let (counted, position) = Counted::new(open(file)?, true);
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(counted);
    let broken = |error: &csv::Error| {
        let problem = match error.kind() {
            csv::ErrorKind::Io(error) => format!("cannot be read on: {error}"),
            csv::ErrorKind::Utf8 { .. } => "has names of fields that are not UTF-8".to_owned(),
            _ => "is not CSV".to_owned(),
        };
        complaint(&file.display().to_string(), problem)
    };
    let names: Vec<String> = reader
        .headers()
        .map_err(|error| broken(&error))?
        .iter()
        .map(str::to_owned)
        .collect();
    if names.iter().all(String::is_empty) {
        return Err(complaint(&file.display().to_string(), "is empty"));
    }
    let mut record = ByteRecord::new();
    let mut index = 0;
    loop {
        position.pass();
        if !reader
            .read_byte_record(&mut record)
            .map_err(|error| broken(&error))?
        {
            return Ok(());
        }
        let at = record.position();
        let place = Place {
            index,
            line: at.map(csv::Position::line),
            byte: at.map(csv::Position::byte),
        };
        index += 1;
        let content = content(&names, &record);
        if !take(Item { place, content }) {
            return Ok(());
        }
    }
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
