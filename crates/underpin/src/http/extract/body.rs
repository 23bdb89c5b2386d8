//! The JSON body, as a model that is valid.

use serde::de::DeserializeOwned;

use crate::{
    Context, Result, StartError,
    http::{Exchange, Input, exchange::unreadable},
    openapi::Operation,
    validation::{Model, body},
};

/// The request body as a `T` whose every rule holds.
#[derive(Clone, Copy, Debug)]
pub struct Valid<T>(pub T);

wraps!(Valid);

impl<T: Model + DeserializeOwned + Send + 'static> Input for Valid<T> {
    type Prepared = ();
    const BODY: bool = true;

    fn prepare(_: &Context) -> Result<(), StartError> {
        Ok(())
    }

    fn describe(operation: &mut Operation, _: &'static str) {
        operation.takes_body(T::schema());
    }

    async fn extract((): &(), _: &'static str, exchange: &mut Exchange) -> Result<Option<Self>> {
        let bytes = exchange.body().await?;
        let (request, report) = exchange.split();
        let read = body::read(&bytes, request.content_type(), request.dialect(), report);
        read.map(|value| value.map(Self))
            .map_err(|body::Unreadable| unreadable())
    }
}
