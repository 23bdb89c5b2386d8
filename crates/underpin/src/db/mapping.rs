//! Which column of a statement serves which field of a type: resolved once per cached statement, not per row.

use std::sync::{Arc, PoisonError, RwLock};

use super::row::{Columns, DecodeError, FromRow};

/// Where each wanted column stands in the statement's result.
#[derive(Clone, Debug)]
pub(super) enum Mapping {
    /// The wanted columns are the first ones, in order.
    InOrder,
    /// Each stands at the position given.
    At(Arc<[usize]>),
}

impl Mapping {
    pub(super) fn position(&self, index: usize) -> Option<usize> {
        match self {
            Self::InOrder => Some(index),
            Self::At(positions) => positions.get(index).copied(),
        }
    }

    fn by_name(wanted: &[&str], names: &[&str]) -> Result<Self, DecodeError> {
        let positions = wanted.iter().map(|name| {
            names.iter().position(|found| found == name).ok_or_else(|| {
                let found = names.join(", ");
                DecodeError::new(format!("column `{name}` is missing among ({found})"))
            })
        });
        let positions = positions.collect::<Result<Arc<[usize]>, _>>()?;
        let in_order = positions.iter().enumerate().all(|(index, at)| index == *at);
        Ok(if in_order {
            Self::InOrder
        } else {
            Self::At(positions)
        })
    }
}

/// The mappings of one statement, for every type that it was asked for.
#[derive(Debug, Default)]
pub(super) struct Mappings(RwLock<Vec<Known>>);

#[derive(Debug)]
struct Known {
    /// Address and length of the `'static` list of names: the same address is the same list.
    list: (usize, usize),
    width: usize,
    mapping: Mapping,
}

impl Mappings {
    /// The mapping for `T`; `names` are the columns of the statement's result.
    pub(super) fn of<'n, T: FromRow>(
        &self,
        width: usize,
        names: impl FnOnce() -> Vec<&'n str>,
    ) -> Result<Mapping, DecodeError> {
        let wanted = match T::COLUMNS {
            Columns::Positional(count) if count == width => return Ok(Mapping::InOrder),
            Columns::Positional(count) => {
                let problem = format!("{count} columns are wanted, the statement has {width}");
                return Err(DecodeError::new(problem));
            }
            Columns::Named(wanted) => wanted,
        };
        let list = (wanted.as_ptr().addr(), wanted.len());
        let is_it = |known: &&Known| known.list == list && known.width == width;
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.iter().find(is_it) {
            return Ok(known.mapping.clone());
        }
        drop(known);
        let mapping = Mapping::by_name(wanted, &names())?;
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|known| known.list != list);
        known.push(Known {
            list,
            width,
            mapping: mapping.clone(),
        });
        Ok(mapping)
    }
}
