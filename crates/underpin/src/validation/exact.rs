//! Whether a type's own deserialising refuses all that the walk refuses, found out once per type.

use std::{
    any::TypeId,
    collections::HashMap,
    ptr,
    sync::{PoisonError, RwLock},
};

use super::{Model, ModelSchema, Schema};

/// A few entries, one for each type that a program reads.
static KNOWN: RwLock<Option<HashMap<TypeId, bool>>> = RwLock::new(None);

/// Whether the good path may be taken for `T`. The date types of `chrono` read more spellings than
/// Pydantic (`2026-1-5`, leap seconds), and a validator has its say on the walk alone: types with such
/// fields always take it.
pub(super) fn reads_exactly<T: Model + 'static>() -> bool {
    let id = TypeId::of::<T>();
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(exact) = known.as_ref().and_then(|known| known.get(&id)) {
        return *exact;
    }
    drop(known);
    let exact = is_exact(&T::schema(), &mut Vec::new());
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    known.get_or_insert_default().insert(id, exact);
    exact
}

/// `seen`: models may contain themselves.
fn is_exact(schema: &Schema, seen: &mut Vec<*const ModelSchema>) -> bool {
    match schema {
        Schema::DateTime
        | Schema::NaiveDateTime
        | Schema::Date
        | Schema::Time
        | Schema::Judged(..) => false,
        Schema::Optional(inner)
        | Schema::List(inner)
        | Schema::Map(inner)
        | Schema::Ruled(inner, _) => is_exact(inner, seen),
        Schema::Model(of) => {
            let model = of();
            if seen.contains(&ptr::from_ref(model)) {
                return true;
            }
            seen.push(ptr::from_ref(model));
            model
                .fields
                .iter()
                .all(|field| is_exact(&field.schema, seen))
        }
        Schema::Any
        | Schema::Boolean
        | Schema::Integer { .. }
        | Schema::Number
        | Schema::String
        | Schema::Uuid
        | Schema::Enum(_)
        | Schema::Literal(_)
        | Schema::Pattern(_) => true,
    }
}
