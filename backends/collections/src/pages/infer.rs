//! What records look like, from some of them: types, what is always there, an example.

use serde_json::{Map, Value, json};

use crate::app::value::Json;

/// Objects within objects are described so deep.
const DEEPEST: usize = 4;

/// Properties that are described of one object.
const MOST: usize = 200;

/// The longest text that is shown as an example.
const LONGEST: usize = 200;

/// What all values at one place have in common.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "any of the types may have been seen"
)]
pub struct Shape {
    /// How many values were seen.
    seen: usize,
    null: bool,
    boolean: bool,
    integer: bool,
    number: bool,
    text: bool,
    /// How many of the values were objects.
    objects: usize,
    properties: Vec<(String, Shape)>,
    items: Option<Box<Shape>>,
    example: Option<Value>,
}

impl Shape {
    /// Takes one more value into account.
    pub fn add(&mut self, value: &Json) {
        self.add_at(value, 0);
    }

    fn add_at(&mut self, value: &Json, depth: usize) {
        self.seen += 1;
        match value {
            Json::Null => self.null = true,
            Json::Bool(_) => self.boolean = true,
            Json::Number(number) if number.fract() == 0.0 => self.integer = true,
            Json::Number(_) => self.number = true,
            Json::Text(_) => self.text = true,
            Json::Array(items) => {
                let shape = self.items.get_or_insert_default();
                for item in items.iter().take(if depth < DEEPEST { 20 } else { 0 }) {
                    shape.add_at(item, depth + 1);
                }
            }
            Json::Object(object) => {
                self.objects += 1;
                for (name, value) in object.iter().take(if depth < DEEPEST { MOST } else { 0 }) {
                    self.property(name).add_at(value, depth + 1);
                }
            }
        }
        if self.example.is_none() {
            self.example = example(value);
        }
    }

    fn property(&mut self, name: &str) -> &mut Shape {
        let at = self.properties.iter().position(|(other, _)| other == name);
        let at = at.unwrap_or(self.properties.len());
        if at == self.properties.len() {
            self.properties.push((name.to_owned(), Self::default()));
        }
        &mut self.properties[at].1
    }

    /// The same without anything that only some of the records may say: values, and the names within their
    /// objects, which may be values, too.
    pub fn outline(mut self) -> Self {
        for (_, shape) in &mut self.properties {
            *shape = std::mem::take(shape).types_alone();
        }
        self.example = None;
        self
    }

    fn types_alone(self) -> Self {
        Self {
            properties: Vec::new(),
            items: self.items.map(|items| Box::new(items.types_alone())),
            example: None,
            ..self
        }
    }

    /// The properties of objects here.
    pub fn properties(&self) -> impl Iterator<Item = (&str, &Shape)> {
        self.properties
            .iter()
            .map(|(name, shape)| (name.as_str(), shape))
    }

    /// Whether there is a plain value here that a filter can be compared with.
    pub fn is_plain(&self) -> bool {
        self.objects == 0 && self.items.is_none() && self.seen > 0
    }

    /// Its JSON Schema.
    pub fn schema(&self) -> Value {
        let mut schema = Map::new();
        let types = self.types();
        match types.as_slice() {
            [] => {}
            [one] => drop(schema.insert("type".to_owned(), json!(one))),
            several => drop(schema.insert("type".to_owned(), json!(several))),
        }
        if self.objects > 0 {
            self.describe_objects(&mut schema);
        }
        if let Some(items) = &self.items {
            schema.insert("items".to_owned(), items.schema());
        }
        if let Some(example) = &self.example {
            schema.insert("examples".to_owned(), json!([example]));
        }
        Value::Object(schema)
    }

    fn types(&self) -> Vec<&'static str> {
        let all = [
            ("object", self.objects > 0),
            ("array", self.items.is_some()),
            ("string", self.text),
            ("number", self.number),
            ("integer", self.integer && !self.number),
            ("boolean", self.boolean),
            ("null", self.null),
        ];
        all.into_iter()
            .filter(|(_, is_seen)| *is_seen)
            .map(|(name, _)| name)
            .collect()
    }

    fn describe_objects(&self, schema: &mut Map<String, Value>) {
        let properties: Map<_, _> = self
            .properties
            .iter()
            .map(|(name, shape)| (name.clone(), shape.schema()))
            .collect();
        schema.insert("properties".to_owned(), Value::Object(properties));
        let always = self
            .properties
            .iter()
            .filter(|(_, shape)| shape.seen == self.objects);
        let required: Vec<&str> = always.map(|(name, _)| name.as_str()).collect();
        if !required.is_empty() {
            schema.insert("required".to_owned(), json!(required));
        }
    }
}

/// Plain values are their own example.
fn example(value: &Json) -> Option<Value> {
    match value {
        Json::Bool(value) => Some(json!(value)),
        Json::Number(_) => serde_json::from_str(&value.to_string()).ok(),
        Json::Text(text) if text.chars().count() <= LONGEST => Some(json!(text)),
        _ => None,
    }
}
