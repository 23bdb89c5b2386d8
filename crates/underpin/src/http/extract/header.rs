//! A request header, by the argument's name with dashes for underscores.

use serde::de::DeserializeOwned;

use crate::{
    Context, Result, StartError,
    http::{Exchange, Input},
    openapi::{Operation, Place},
    validation::{Model, Schema, text},
};

/// `if_match: Header<Option<String>>` takes `If-Match`.
#[derive(Clone, Copy, Debug)]
pub struct Header<T>(pub T);

wraps!(Header);

impl<T: Model + DeserializeOwned + Send> Input for Header<T> {
    type Prepared = ();

    fn prepare(_: &Context) -> Result<(), StartError> {
        Ok(())
    }

    fn describe(operation: &mut Operation, name: &'static str) {
        let schema = T::schema();
        let required = !matches!(schema, Schema::Optional(_));
        operation.parameter(
            Place::Header,
            &name.replace('_', "-"),
            schema,
            required,
            None,
        );
    }

    async fn extract((): &(), name: &'static str, exchange: &mut Exchange) -> Result<Option<Self>> {
        let (request, report) = exchange.split();
        let values = request.headers().get_all(name.replace('_', "-"));
        let values: Vec<&str> = values
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        Ok(text::read_parameter("header", name, &values, report).map(Self))
    }
}
