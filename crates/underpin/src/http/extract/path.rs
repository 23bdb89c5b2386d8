//! A parameter of the path, by the argument's name.

use serde::de::DeserializeOwned;

use crate::{
    Context, Result, StartError,
    http::{Exchange, Input},
    openapi::{Operation, Place},
    validation::{Model, text},
};

/// `id: Path<NoteId>` takes `{id}` of the route's path, decoded and validated.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

wraps!(Path);

impl<T: Model + DeserializeOwned + Send> Input for Path<T> {
    type Prepared = ();

    fn prepare(_: &Context) -> Result<(), StartError> {
        Ok(())
    }

    fn describe(operation: &mut Operation, name: &'static str) {
        operation.parameter(Place::Path, name, T::schema(), true, None);
    }

    async fn extract((): &(), name: &'static str, exchange: &mut Exchange) -> Result<Option<Self>> {
        let (request, report) = exchange.split();
        let value = request.param(name);
        Ok(text::read_parameter("path", name, value.as_slice(), report).map(Self))
    }
}
