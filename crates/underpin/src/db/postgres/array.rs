//! Arrays of text in PostgreSQL's binary format, left as they came until they are read.

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, Kind, ToSql, Type};

use super::codec::{Boxed, is_text, misfit, refuse_nul};
use crate::db::column::Mismatch;

/// A `text[]` of one dimension, still in its binary form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextArray<'r>(&'r [u8]);

impl<'r> TextArray<'r> {
    pub(super) fn new(raw: &'r [u8]) -> Self {
        Self(raw)
    }

    /// The texts. An element that is NULL, or a second dimension, is a mismatch.
    pub(in crate::db) fn read(self) -> Result<Vec<String>, Mismatch> {
        Vec::from_sql(&Type::TEXT_ARRAY, self.0)
            .map_err(|error| Mismatch::new(format!("the array is no list of texts: {error}")))
    }
}

/// Whether `kind` is an array of any text type.
pub(super) fn is_text_array(kind: &Type) -> bool {
    matches!(kind.kind(), Kind::Array(element) if is_text(element))
}

/// Writes the texts as an array of the parameter's type.
pub(super) fn texts(
    values: &[String],
    parameter: &Type,
    out: &mut BytesMut,
) -> Result<IsNull, Boxed> {
    if !is_text_array(parameter) {
        return Err(misfit("a list of texts", parameter));
    }
    values.iter().try_for_each(|value| refuse_nul(value))?;
    values.to_sql(parameter, out)
}
