//! What the store gives and takes.

use underpin::{Error, Result};

use crate::app::value::{self, Json, Object};

/// What a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A list of records.
    List,
    /// One object.
    Single,
    /// Anything else: a number, a text, `null`.
    Scalar,
}

/// A key of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The key.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// How many records a list has; 1 of anything else.
    pub count: u64,
}

/// All resources, in the file's order.
#[derive(Clone, Debug, Default)]
pub struct Catalog(pub Vec<Resource>);

impl Catalog {
    /// The resource of exactly this name.
    pub fn get(&self, name: &str) -> Option<&Resource> {
        self.0.iter().find(|resource| resource.name == name)
    }

    /// The resource of this name, whatever the case; the exact one first.
    pub fn get_any_case(&self, name: &str) -> Option<&Resource> {
        let lower = name.to_lowercase();
        let same = |resource: &&Resource| resource.name.to_lowercase() == lower;
        self.get(name).or_else(|| self.0.iter().find(same))
    }
}

/// A record of a list: any JSON, mostly an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub(super) number: i64,
    pub(super) stamp: i64,
    pub(super) body: String,
}

impl Record {
    /// Its JSON, without white space.
    #[cfg(test)]
    pub fn text(&self) -> &str {
        &self.body
    }

    /// Its JSON, parsed.
    pub fn json(&self) -> Result<Json> {
        let parsed = value::parse(&self.body);
        parsed.map_err(|error| Error::internal(error).doing("reading a stored record"))
    }

    /// The JSON of one of its properties, without parsing the others.
    pub fn property(&self, name: &str) -> Option<&str> {
        value::member(&self.body, name)
    }

    /// Appends its JSON with two spaces per level, as it stands `depth` levels deep.
    pub fn pretty(&self, depth: usize, to: &mut String) {
        value::pretty(&self.body, depth, to);
    }
}

/// Where a new record has its id from.
#[derive(Clone, Debug, PartialEq)]
pub enum NewId {
    /// From the record itself, if that has one; such a record may also be no object.
    Own,
    /// v0: the greatest number plus one; 7 random characters where the ids are texts.
    Next,
    /// The greatest number plus one, as a text: v1 with `--ids number`.
    NextText,
    /// v1: 11 random characters.
    Random,
}

/// One change of a list.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// A new record at the end. The id is set in its place, or appended.
    Insert(Json, NewId),
    /// All properties but the id, of the record with this id.
    Replace(String, Object),
    /// These properties, but not the id, of the record with this id.
    Merge(String, Object),
    /// No record with this id any more.
    Delete(String),
}

/// What came of a change: the record as it is now, or as it was before it was deleted.
pub type Written = Record;

/// Why nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no list of that name.
    NoList,
    /// There is no record for the change at this place.
    NotFound(usize),
    /// The id of the change at this place is taken.
    Duplicate(usize),
    /// The change at this place is about the same record as one before it.
    Repeated(usize),
}
