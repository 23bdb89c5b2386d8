//! Three ways into one: what the file held last, what it holds now, and what requests have made of it meanwhile.
//!
//! A record that the edit added, changed or removed stands as the file has it. Every other record stands as the
//! database has it: an acknowledged write that the file did not know is not lost.

use std::collections::{HashMap, HashSet};

use super::{
    fault::Fault,
    prints::{Print, Printer, Prints, ResourcePrints},
    read::{Piece, Sink},
};
use crate::app::value::Json;

/// What requests have changed since file and database last agreed.
#[derive(Debug, Default)]
pub struct Requests {
    resources: HashMap<String, Touched>,
    names: Vec<String>,
}

/// The same of one resource.
#[derive(Debug, Default)]
struct Touched {
    is_list: bool,
    /// Changed and new records by key; the order tells new ones apart.
    records: HashMap<u64, (usize, Json)>,
    /// Keys that the file had and the database has no more.
    removed: HashSet<u64>,
}

/// Finds out what requests have changed, from the database's pieces.
pub struct Observer<'a> {
    base: &'a Prints,
    id: &'a str,
    found: Requests,
    current: Option<Current>,
}

struct Current {
    name: String,
    touched: Touched,
    printer: Printer,
    seen: HashSet<u64>,
}

impl<'a> Observer<'a> {
    /// Nothing was seen yet; ids are in the property `id`.
    pub fn new(base: &'a Prints, id: &'a str) -> Self {
        Self {
            base,
            id,
            found: Requests::default(),
            current: None,
        }
    }

    /// What was found, after the last piece.
    pub fn finish(mut self) -> Requests {
        self.close();
        self.found
    }

    fn close(&mut self) {
        let Some(mut current) = self.current.take() else {
            return;
        };
        if let Some(base) = self.base.resource(&current.name) {
            let keys = base.all().iter().map(|print| print.key);
            current.touched.removed = keys.filter(|key| !current.seen.contains(key)).collect();
        }
        self.found.names.push(current.name.clone());
        self.found.resources.insert(current.name, current.touched);
    }

    fn open(&mut self, name: &str, is_list: bool) {
        self.close();
        self.current = Some(Current {
            name: name.to_owned(),
            touched: Touched {
                is_list,
                ..Touched::default()
            },
            printer: Printer::default(),
            seen: HashSet::new(),
        });
    }

    fn note(current: &mut Current, base: Option<&ResourcePrints>, print: Print, record: Json) {
        let is_list = current.touched.is_list;
        let base = base.filter(|base| base.is_list == is_list);
        match base.and_then(|base| base.content(print.key)) {
            Some(content) if content == print.content => {}
            _ => {
                let order = current.touched.records.len();
                current.touched.records.insert(print.key, (order, record));
            }
        }
        current.seen.insert(print.key);
    }
}

impl Sink for Observer<'_> {
    fn take(&mut self, piece: Piece) -> Result<(), Fault> {
        match piece {
            Piece::List(name) => self.open(&name, true),
            Piece::Whole(name, value) => {
                self.open(&name, false);
                let base = self.base.resource(&name);
                if let Some(current) = &mut self.current {
                    Self::note(current, base, Printer::whole(&value), value);
                }
                self.close();
            }
            Piece::Element(record) => {
                if let Some(current) = &mut self.current {
                    let print = current.printer.print(&record, self.id);
                    let base = self.base.resource(&current.name);
                    Self::note(current, base, print, record);
                }
            }
        }
        Ok(())
    }
}

/// Passes the file's pieces on, with what requests have changed put in; notes the file's own prints.
pub struct Merger<'a, S> {
    base: &'a Prints,
    id: &'a str,
    requests: Requests,
    to: &'a mut S,
    prints: Prints,
    list: Option<(String, Printer)>,
}

impl<'a, S: Sink> Merger<'a, S> {
    /// Merges into `to`.
    pub fn new(base: &'a Prints, requests: Requests, id: &'a str, to: &'a mut S) -> Self {
        Self {
            base,
            id,
            requests,
            to,
            prints: Prints::default(),
            list: None,
        }
    }

    /// After the file's last piece: what of the database is left. The prints of the file.
    pub fn finish(mut self) -> Result<Prints, Fault> {
        self.close_list()?;
        self.prints.finish();
        for name in std::mem::take(&mut self.requests.names) {
            if self.prints.resource(&name).is_none() {
                self.left_alone(&name)?;
            }
        }
        Ok(self.prints)
    }

    /// A resource that the file has not, or no more: what requests have made in it stays.
    fn left_alone(&mut self, name: &str) -> Result<(), Fault> {
        let Some(touched) = self.requests.resources.remove(name) else {
            return Ok(());
        };
        let is_of_the_file = |key: u64| {
            let base = self.base.resource(name);
            base.is_some_and(|base| base.content(key).is_some())
        };
        let mut records = touched.records;
        records.retain(|key, _| !is_of_the_file(*key));
        if records.is_empty() && (self.base.resource(name).is_some() || !touched.is_list) {
            return Ok(());
        }
        if touched.is_list {
            self.to.take(Piece::List(name.to_owned()))?;
        }
        for record in in_order(records) {
            self.to.take(if touched.is_list {
                Piece::Element(record)
            } else {
                Piece::Whole(name.to_owned(), record)
            })?;
        }
        Ok(())
    }

    fn close_list(&mut self) -> Result<(), Fault> {
        let Some((name, _)) = self.list.take() else {
            return Ok(());
        };
        let Some(touched) = self.requests.resources.remove(&name) else {
            return Ok(());
        };
        let base = self.base.resource(&name);
        let is_new = |key: &u64| base.is_none_or(|base| base.content(*key).is_none());
        let mut records = touched.records;
        records.retain(|key, _| touched.is_list && is_new(key));
        for record in in_order(records) {
            self.to.take(Piece::Element(record))?;
        }
        Ok(())
    }

    /// The record as it is to stand; `None` if requests have removed it and the edit did not touch it.
    fn settle(&mut self, name: &str, print: Print, record: Json) -> Option<Json> {
        let is_list = self.prints.resource(name).is_some_and(|own| own.is_list);
        let base = self
            .base
            .resource(name)
            .filter(|base| base.is_list == is_list);
        let is_untouched = base.and_then(|base| base.content(print.key)) == Some(print.content);
        let Some(touched) = self.requests.resources.get_mut(name) else {
            return Some(record);
        };
        let theirs = touched.records.remove(&print.key);
        if !is_untouched {
            return Some(record);
        }
        if touched.removed.contains(&print.key) {
            return None;
        }
        Some(theirs.map_or(record, |(_, theirs)| theirs))
    }
}

impl<S: Sink> Sink for Merger<'_, S> {
    fn take(&mut self, piece: Piece) -> Result<(), Fault> {
        match piece {
            Piece::List(name) => {
                self.close_list()?;
                self.prints.begin(&name, true);
                self.list = Some((name.clone(), Printer::default()));
                self.to.take(Piece::List(name))
            }
            Piece::Element(record) => {
                let Some((name, mut printer)) = self.list.take() else {
                    return Ok(());
                };
                let print = printer.print(&record, self.id);
                self.prints.add(&name, print);
                let settled = self.settle(&name, print, record);
                self.list = Some((name, printer));
                match settled {
                    Some(record) => self.to.take(Piece::Element(record)),
                    None => Ok(()),
                }
            }
            Piece::Whole(name, value) => {
                self.close_list()?;
                let print = Printer::whole(&value);
                self.prints.begin(&name, false);
                self.prints.add(&name, print);
                match self.settle(&name, print, value) {
                    Some(value) => self.to.take(Piece::Whole(name, value)),
                    None => Ok(()),
                }
            }
        }
    }
}

fn in_order(records: HashMap<u64, (usize, Json)>) -> Vec<Json> {
    let mut records: Vec<_> = records.into_values().collect();
    records.sort_by_key(|(order, _)| *order);
    records.into_iter().map(|(_, record)| record).collect()
}
