//! What the dialects make of a data file at their start: which resources there may be, and what becomes of ids.

use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher as _},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use super::{
    fault::{Fault, kind},
    read::Piece,
};
use crate::app::{
    config::{Dialect, Ids, Options},
    value::{Json, Object},
};

/// The key that names a schema for editors; no resource.
pub const SCHEMA: &str = "$schema";

/// Applies the dialect's rules to one piece after the other.
pub struct Rules<'a> {
    options: &'a Options,
    origin: Origin,
    names: HashSet<String>,
    list: List,
}

/// Where the pieces come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file that is read for the first time.
    NewFile,
    /// A file whose data have been served: requests may have given it ids of mixed types.
    File,
    /// The database, which has everything that it may have.
    Database,
}

/// What must be known of the collection that is being read.
#[derive(Default)]
struct List {
    name: String,
    ids: HashSet<u64>,
    /// How often a record without an id has come with this content.
    contents: HashMap<u64, u32>,
    numbers: bool,
    texts: bool,
    greatest: f64,
}

impl<'a> Rules<'a> {
    /// The rules for pieces from there.
    pub fn new(options: &'a Options, origin: Origin) -> Self {
        let list = List::default();
        Self {
            options,
            origin,
            names: HashSet::new(),
            list,
        }
    }

    /// The piece as it is kept.
    pub fn apply(&mut self, piece: Piece) -> Result<Piece, Fault> {
        match piece {
            Piece::List(name) => {
                self.name_must_do(&name)?;
                self.list = List {
                    name: name.clone(),
                    ..List::default()
                };
                Ok(Piece::List(name))
            }
            Piece::Element(element) => self.element(element).map(Piece::Element),
            Piece::Whole(name, value) => {
                self.name_must_do(&name)?;
                self.value_must_do(&name, &value)?;
                Ok(Piece::Whole(name, value))
            }
        }
    }

    fn is_checked(&self, dialect: Dialect) -> bool {
        self.options.dialect == dialect && self.origin != Origin::Database
    }

    fn name_must_do(&mut self, name: &str) -> Result<(), Fault> {
        // In JavaScript the last one counts; here the first one is in the database by then.
        if !self.names.insert(name.to_owned()) {
            return Err(Fault::Twice(name.to_owned()));
        }
        if self.is_checked(Dialect::V0) && name.contains('/') {
            return Err(Fault::Slash(name.to_owned()));
        }
        Ok(())
    }

    fn value_must_do(&self, name: &str, value: &Json) -> Result<(), Fault> {
        let is_fine = matches!(value, Json::Object(_)) || name == SCHEMA;
        if self.is_checked(Dialect::V0) && !is_fine {
            return Err(Fault::Scalar(name.to_owned(), kind(value)));
        }
        Ok(())
    }

    fn element(&mut self, element: Json) -> Result<Json, Fault> {
        let mut object = match element {
            Json::Object(object) => object,
            Json::Array(_) => return Ok(element),
            other if self.is_checked(Dialect::V1) && self.options.strict => {
                return Err(Fault::NoRecord(self.list.name.clone(), kind(&other)));
            }
            other => return Ok(other),
        };
        if self.options.dialect == Dialect::V1 {
            self.give_id(&mut object);
        }
        if let Some(id) = object.get(&self.options.id)
            && self.origin != Origin::Database
        {
            self.list.admit(id, self.options, self.origin)?;
        }
        Ok(Json::Object(object))
    }

    /// v1: numbers become texts, and who has no id gets one. It depends on the content alone, so that a file
    /// that is read again gives its records the ids they had.
    fn give_id(&mut self, object: &mut Object) {
        let name = &self.options.id;
        match object.get(name) {
            Some(id @ Json::Number(_)) => {
                let text = id.to_text().into_owned();
                object.set(name, Json::Text(text));
            }
            Some(_) => {}
            None => {
                let id = match self.options.ids {
                    Ids::Number => Json::Number(self.list.greatest + 1.0)
                        .to_text()
                        .into_owned(),
                    Ids::Random => self.list.id_of_content(object),
                };
                object.set(name, Json::Text(id));
            }
        }
    }
}

impl List {
    /// Notes an id; two of one text cannot be told apart.
    fn admit(&mut self, id: &Json, options: &Options, origin: Origin) -> Result<(), Fault> {
        match id {
            Json::Number(number) => {
                self.numbers = true;
                self.greatest = self.greatest.max(*number);
            }
            Json::Text(text) => {
                self.texts = true;
                let number = text.parse::<u32>().unwrap_or_default();
                self.greatest = self.greatest.max(f64::from(number));
            }
            Json::Null => return Ok(()),
            _ => {}
        }
        let is_lenient =
            options.strict || origin != Origin::NewFile || options.dialect == Dialect::V1;
        if self.numbers && self.texts && !is_lenient {
            return Err(Fault::MixedIds(self.name.clone(), id.to_string()));
        }
        if !self.ids.insert(hash(&*id.to_text())) {
            return Err(Fault::Duplicate(self.name.clone(), id.to_string()));
        }
        Ok(())
    }

    /// Eleven characters, as the original's random ids.
    fn id_of_content(&mut self, object: &Object) -> String {
        let content = Json::Object(object.clone()).to_string();
        let times = self.contents.entry(hash(&content)).or_default();
        *times += 1;
        let digest = Sha256::new()
            .chain_update(&self.name)
            .chain_update([0])
            .chain_update(&content)
            .chain_update(times.to_be_bytes())
            .finalize();
        URL_SAFE_NO_PAD.encode(digest.get(..8).unwrap_or_default())
    }
}

/// Tells texts apart within one reading.
fn hash(text: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
