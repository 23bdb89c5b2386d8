//! Why a data file cannot be served: in the originals' words where they have any, with what to do.

use std::{fmt, io};

use underpin::{Error, StartError};

use super::read::GREATEST;
use crate::app::{config::Options, value::Json};

/// What is wrong with a data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no such file.
    Missing,
    /// The system does not give it.
    Unreadable(String),
    /// It is no JSON: where and why.
    Malformed(String),
    /// It is nested too deep: where.
    TooDeep(String),
    /// One record is too big.
    TooBig,
    /// The top is something else than an object.
    NoObject(&'static str),
    /// v0: a resource is neither a list nor an object.
    Scalar(String, &'static str),
    /// v0: a name has a slash.
    Slash(String),
    /// v1, strict: an element that no id can be given to.
    NoRecord(String, &'static str),
    /// Two records of a collection have one id.
    Duplicate(String, String),
    /// A name stands twice at the top.
    Twice(String),
    /// v0: some ids of a collection are numbers and some are texts.
    MixedIds(String, String),
    /// The database does not take it.
    Database(String),
    /// It cannot be written back.
    Unwritable(String),
    /// Whoever reads does not want more.
    Stopped,
}

impl Fault {
    /// Of a file that cannot be opened or read.
    pub fn opening(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Unreadable(error.to_string()),
        }
    }

    /// Of what the parser found.
    pub fn malformed(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        if error.is_io() {
            Self::Unreadable(text)
        } else if text.starts_with("recursion limit exceeded") {
            Self::TooDeep(
                text.trim_start_matches("recursion limit exceeded at ")
                    .to_owned(),
            )
        } else {
            Self::Malformed(text)
        }
    }

    /// Of what kept the file from being written: the file system, or the database that it is written from.
    pub fn writing(error: &Error) -> Self {
        match error.source_as::<io::Error>() {
            Some(error) => Self::Unwritable(error.to_string()),
            None => Self::Database(error.chain()),
        }
    }

    /// Whether it may be over without an edit of the file.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Unreadable(_) | Self::Unwritable(_) | Self::Database(_)
        )
    }

    /// What to tell whoever starts the program.
    pub fn complaint(&self, options: &Options) -> StartError {
        let file = options.file.display().to_string();
        match self {
            Self::Missing => StartError::new(
                format!("File {file} not found"),
                "there is no data to serve",
                self.remedy(),
            ),
            Self::Malformed(why) => StartError::new(
                format!("Malformed JSON in file: {file}"),
                why,
                self.remedy(),
            ),
            _ => StartError::new(file, self.to_string(), self.remedy()),
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::Missing => {
                "Make it, or name another: `{ \"posts\": [] }` is enough to begin with."
            }
            Self::Unreadable(_) => "Let this user read it.",
            Self::Malformed(_) => "Mend it there; the database was left as it is.",
            Self::TooDeep(_) => "Records nested so deep are no data; flatten them.",
            Self::TooBig => "Split it into several records.",
            Self::NoObject(_) => "Write `{ \"posts\": [ … ] }`: names with lists or objects.",
            Self::Scalar(..) => "Put it into an object, or serve it with `--dialect v1`.",
            Self::Slash(_) => {
                "Rename it and map the address with `--routes`, or serve it with `--dialect v1`."
            }
            Self::NoRecord(..) => "Make it an object, or leave out `--strict`.",
            Self::Duplicate(..) => "Give one of the two another id.",
            Self::Twice(_) => "Put the two together, or rename one.",
            Self::Unwritable(_) => "Let this user write it and its directory.",
            Self::MixedIds(..) => {
                "Write all of them as numbers or all as texts; `--strict` takes them as they are, `--dialect v1` as texts."
            }
            Self::Database(_) | Self::Stopped => "See the log, mend the cause and start again.",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => formatter.write_str("there is no such file"),
            Self::Unreadable(why) => write!(formatter, "cannot be read: {why}"),
            Self::Malformed(why) => write!(formatter, "Malformed JSON in file: {why}"),
            Self::TooDeep(place) => {
                write!(formatter, "is nested more than 127 levels deep at {place}")
            }
            Self::TooBig => {
                write!(
                    formatter,
                    "has a single record of more than {} MB",
                    GREATEST / 1024 / 1024
                )
            }
            Self::NoObject(kind) => write!(formatter, "Data must be an object. Found {kind}."),
            Self::Scalar(name, kind) => write!(
                formatter,
                "Type of \"{name}\" ({kind})  is not supported. Use objects or arrays of objects."
            ),
            Self::Slash(name) => {
                write!(
                    formatter,
                    "Oops, found / character in database property '{name}'."
                )
            }
            Self::NoRecord(name, kind) => {
                write!(
                    formatter,
                    "Cannot create property 'id' on {kind}: \"{name}\" has an element that is no object"
                )
            }
            Self::Duplicate(name, id) => {
                write!(formatter, "\"{name}\" has two records with id {id}")
            }
            Self::MixedIds(name, id) => write!(
                formatter,
                "\"{name}\" has ids of mixed types, numbers and texts: the first of another kind is {id}"
            ),
            Self::Database(why) => write!(formatter, "could not be put into the database: {why}"),
            Self::Twice(name) => write!(formatter, "has the name \"{name}\" twice"),
            Self::Unwritable(why) => write!(formatter, "cannot be written: {why}"),
            Self::Stopped => formatter.write_str("was not read to its end"),
        }
    }
}

impl std::error::Error for Fault {}

/// JavaScript's name for what a value is.
pub fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::Text(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}
