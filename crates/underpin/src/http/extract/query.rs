//! Query parameters: one by the argument's name, or a model whose fields are the parameters.

use serde::de::DeserializeOwned;

use crate::{
    Context, Result, StartError,
    http::{Exchange, Input},
    openapi::{Operation, Place},
    validation::{Model, Schema, text},
};

/// `limit: Query<Option<u32>>` takes `?limit=…`; `page: Query<Page>` takes every field of the model `Page`.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

wraps!(Query);

impl<T: Model + DeserializeOwned + Send> Input for Query<T> {
    type Prepared = ();

    fn prepare(_: &Context) -> Result<(), StartError> {
        Ok(())
    }

    fn describe(operation: &mut Operation, name: &'static str) {
        match T::schema() {
            Schema::Model(model) => {
                for field in &model().fields {
                    let (schema, about) = (field.schema.clone(), field.description);
                    operation.parameter(Place::Query, field.name, schema, field.required, about);
                }
            }
            schema => {
                let required = !matches!(schema, Schema::Optional(_));
                operation.parameter(Place::Query, name, schema, required, None);
            }
        }
    }

    async fn extract((): &(), name: &'static str, exchange: &mut Exchange) -> Result<Option<Self>> {
        let (request, report) = exchange.split();
        let pairs = request.query();
        let value = if let Schema::Model(_) = T::schema() {
            text::read_parameters("query", pairs, report)
        } else {
            let values = pairs.iter().filter(|(other, _)| other == name);
            let values: Vec<&str> = values.map(|(_, value)| value.as_str()).collect();
            text::read_parameter("query", name, &values, report)
        };
        Ok(value.map(Self))
    }
}
