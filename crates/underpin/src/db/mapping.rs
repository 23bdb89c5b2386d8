//! Which column of a statement serves which field of a type: resolved per statement, not per row.

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
    /// The mapping for `T`; `name` tells the statement's columns, of which there are `width`.
    pub(super) fn of<'n, T: FromRow>(
        width: usize,
        name: impl Fn(usize) -> &'n str,
    ) -> Result<Self, DecodeError> {
        match T::COLUMNS {
            Columns::Every => Ok(Self::InOrder),
            Columns::Positional(count) if count == width => Ok(Self::InOrder),
            Columns::Positional(count) => Err(DecodeError::new(format!(
                "{count} columns are wanted, the statement has {width}"
            ))),
            Columns::Named(wanted) => {
                let mut both = wanted.iter().enumerate();
                if wanted.len() <= width && both.all(|(index, wanted)| name(index) == *wanted) {
                    return Ok(Self::InOrder);
                }
                let names: Vec<_> = (0..width).map(name).collect();
                Self::by_name(wanted, &names)
            }
        }
    }

    fn by_name(wanted: &[&str], names: &[&str]) -> Result<Self, DecodeError> {
        let positions = wanted.iter().map(|name| {
            names.iter().position(|found| found == name).ok_or_else(|| {
                let found = names.join(", ");
                DecodeError::new(format!("column `{name}` is missing among ({found})"))
            })
        });
        positions.collect::<Result<_, _>>().map(Self::At)
    }

    pub(super) fn position(&self, index: usize) -> Option<usize> {
        match self {
            Self::InOrder => Some(index),
            Self::At(positions) => positions.get(index).copied(),
        }
    }
}

/// The mappings of a statement whose columns never change, for every type that it was asked for.
#[derive(Debug, Default)]
pub(super) struct Mappings(RwLock<Vec<((usize, usize), Mapping)>>);

impl Mappings {
    /// As [`Mapping::of`], resolved once.
    pub(super) fn of<'n, T: FromRow>(
        &self,
        width: usize,
        name: impl Fn(usize) -> &'n str,
    ) -> Result<Mapping, DecodeError> {
        let Columns::Named(wanted) = T::COLUMNS else {
            return Mapping::of::<T>(width, name);
        };
        // The same address and length is the same `'static` list.
        let list = (wanted.as_ptr().addr(), wanted.len());
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, mapping)) = known.iter().find(|(known, _)| *known == list) {
            return Ok(mapping.clone());
        }
        drop(known);
        let mapping = Mapping::of::<T>(width, name)?;
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.push((list, mapping.clone()));
        Ok(mapping)
    }
}
