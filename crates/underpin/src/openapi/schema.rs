//! stub
use crate::{StartError, validation::Schema};
use serde_json::{Map, Value, json};
#[derive(Default)]
pub struct Components;
impl Components {
    pub fn schema(&mut self, _: &Schema) -> Result<Value, StartError> {
        Ok(json!({}))
    }
    pub fn validation_error(&mut self) -> Value {
        json!({})
    }
    pub fn named(&mut self, _n: &str, s: Value) -> Value {
        s
    }
    pub fn finish(self) -> Map<String, Value> {
        Map::new()
    }
}
