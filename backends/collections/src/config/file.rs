//! `json-server.json`: the same flags as keys of an object. What is typed wins over it.

use std::{fs, io::ErrorKind};

use clap::{ArgMatches, Command};
use serde_json::{Map, Value};
use underpin::{StartError, cli::Refused};

use super::flags;

const USUAL: &str = "json-server.json";

/// The flags in the file that was named, or in the usual one if it is there.
pub fn read(named: Option<&str>) -> Result<Option<ArgMatches>, Refused> {
    let name = named.unwrap_or(USUAL);
    let text = match fs::read_to_string(name) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(complaint(name, &format!("cannot be read: {error}")).into()),
    };
    let flags: Map<String, Value> =
        serde_json::from_str(&text).map_err(|error| complaint(name, &error.to_string()))?;
    Ok(Some(parse(name, &flags)?))
}

fn parse(name: &str, flags: &Map<String, Value>) -> Result<ArgMatches, StartError> {
    let mut words = vec!["collections".to_owned()];
    for (key, value) in flags {
        add(&mut words, key, value).ok_or_else(|| {
            complaint(
                name,
                &format!("`{key}` must be a text, a number, true or false"),
            )
        })?;
    }
    let line = flags::define(Command::new("collections").version(env!("CARGO_PKG_VERSION")));
    line.try_get_matches_from(words).map_err(|error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        complaint(name, first.trim_start_matches("error: "))
    })
}

/// The words that would be typed for a key.
fn add(words: &mut Vec<String>, key: &str, value: &Value) -> Option<()> {
    match value {
        Value::Bool(true) => words.push(format!("--{key}")),
        Value::Bool(false) | Value::Null => {}
        Value::String(text) => words.push(format!("--{key}={text}")),
        Value::Number(number) => words.push(format!("--{key}={number}")),
        Value::Array(items) => {
            for item in items {
                add(words, key, item)?;
            }
        }
        Value::Object(_) => return None,
    }
    Some(())
}

fn complaint(name: &str, problem: &str) -> StartError {
    let remedy = "Write flags as in `{ \"port\": 3000, \"read-only\": true }`.";
    StartError::new(name, problem, remedy)
}
