//! Shapes as JSON Schema, written as FastAPI writes them: named ones once, under `components`.

use std::{fmt, ptr};

use serde_json::{Map, Number, Value, json};

use crate::validation::{EnumSchema, Field, ModelSchema, Rules, Schema};

/// Two different types would have the same name in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameClash {
    /// The name that both have.
    pub name: String,
    /// What the first one is, by its fields or words.
    pub first: String,
    /// What the second one is.
    pub second: String,
}

impl fmt::Display for NameClash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            first,
            second,
        } = self;
        write!(
            formatter,
            "two types are named `{name}`: one of {first}, one of {second}; rename one"
        )
    }
}

impl std::error::Error for NameClash {}

/// The named shapes of a document, each written once however often it is referred to.
#[derive(Debug, Default)]
pub struct Components {
    named: Vec<(Named, Value)>,
    validation_errors: bool,
}

/// A type that has a name of its own in the document.
#[derive(Clone, Copy, Debug)]
enum Named {
    Model(&'static ModelSchema),
    Enum(&'static EnumSchema),
}

impl Components {
    /// No shapes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The JSON Schema of `schema`; named shapes in it become components and are referred to.
    pub fn schema(&mut self, schema: &Schema) -> Result<Value, NameClash> {
        self.ruled(schema, &Rules::NONE)
    }

    /// A reference to the body of a 422, whose two components FastAPI names so.
    pub fn validation_error(&mut self) -> Value {
        self.validation_errors = true;
        reference("HTTPValidationError")
    }

    /// The value of `components.schemas`, sorted by name.
    pub fn into_schemas(self) -> Map<String, Value> {
        let mut schemas: Vec<(String, Value)> = self
            .named
            .into_iter()
            .map(|(of, written)| (of.name().to_owned(), written))
            .collect();
        if self.validation_errors {
            schemas.push(("HTTPValidationError".to_owned(), http_validation_error()));
            schemas.push(("ValidationError".to_owned(), validation_error()));
        }
        schemas.sort_by(|left, right| left.0.cmp(&right.0));
        schemas.into_iter().collect()
    }

    fn ruled(&mut self, schema: &Schema, rules: &Rules) -> Result<Value, NameClash> {
        Ok(match schema {
            Schema::Any => json!({}),
            Schema::Boolean => json!({"type": "boolean"}),
            Schema::Integer { min, max } => integer(*min, *max, rules),
            Schema::Number => with_bounds(json!({"type": "number"}), rules),
            Schema::String => with_lengths(json!({"type": "string"}), rules, "Length"),
            Schema::DateTime | Schema::NaiveDateTime => format("date-time"),
            Schema::Date => format("date"),
            Schema::Time => format("time"),
            Schema::Uuid => format("uuid"),
            Schema::Literal(of) => json!({"type": "string", "enum": of().values}),
            Schema::Pattern(of) => json!({"type": "string", "pattern": of().pattern()}),
            Schema::Optional(inner) => {
                json!({"anyOf": [self.ruled(inner, rules)?, {"type": "null"}]})
            }
            Schema::List(of) => {
                let items = self.schema(of)?;
                with_lengths(json!({"items": items, "type": "array"}), rules, "Items")
            }
            Schema::Map(of) => {
                let values = self.schema(of)?;
                let map = json!({"additionalProperties": values, "type": "object"});
                with_lengths(map, rules, "Properties")
            }
            Schema::Ruled(inner, own) => self.ruled(inner, &own.with(rules))?,
            Schema::Judged(inner, _) => self.ruled(inner, rules)?,
            Schema::Enum(of) => self.named(Named::Enum(of()))?,
            Schema::Model(of) => self.named(Named::Model(of()))?,
        })
    }

    fn named(&mut self, of: Named) -> Result<Value, NameClash> {
        let name = of.name();
        if let Some((known, _)) = self.named.iter().find(|(known, _)| known.name() == name) {
            if known.is(of) {
                return Ok(reference(name));
            }
            let (first, second) = (known.describe(), of.describe());
            return Err(NameClash {
                name: name.to_owned(),
                first,
                second,
            });
        }
        // Present before it is written: a model may contain itself.
        let index = self.named.len();
        self.named.push((of, Value::Null));
        let written = match of {
            Named::Model(model) => self.model(model)?,
            Named::Enum(words) => enumeration(words),
        };
        if let Some(entry) = self.named.get_mut(index) {
            entry.1 = written;
        }
        Ok(reference(name))
    }

    fn model(&mut self, model: &ModelSchema) -> Result<Value, NameClash> {
        let mut properties = Map::new();
        for field in &model.fields {
            properties.insert(field.name.to_owned(), self.property(field)?);
        }
        let required: Vec<&str> = model
            .fields
            .iter()
            .filter(|field| field.required)
            .map(|field| field.name)
            .collect();
        let mut written = Map::new();
        written.insert("properties".to_owned(), Value::Object(properties));
        if model.closed {
            written.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
        written.insert("type".to_owned(), Value::from("object"));
        if !required.is_empty() {
            written.insert("required".to_owned(), Value::from(required));
        }
        written.insert("title".to_owned(), Value::from(model.name));
        insert_description(&mut written, model.description);
        Ok(Value::Object(written))
    }

    /// The JSON Schema of a field or parameter, with its title, description, default and example.
    pub fn property(&mut self, field: &Field) -> Result<Value, NameClash> {
        let mut written = match self.schema(&field.schema)? {
            Value::Object(written) => written,
            other => return Ok(other),
        };
        if !refers(&written) {
            written.insert("title".to_owned(), Value::from(title(field.name)));
        }
        insert_description(&mut written, field.description);
        if let Some(default) = field.default.as_ref().filter(|default| !default.is_null()) {
            written.insert("default".to_owned(), default.clone());
        }
        if let Some(example) = &field.example {
            written.insert("examples".to_owned(), json!([example]));
        }
        Ok(Value::Object(written))
    }
}

impl Named {
    fn name(self) -> &'static str {
        match self {
            Self::Model(model) => model.name,
            Self::Enum(words) => words.name,
        }
    }

    fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Model(left), Self::Model(right)) => ptr::eq(left, right),
            (Self::Enum(left), Self::Enum(right)) => ptr::eq(left, right),
            _ => false,
        }
    }

    fn describe(self) -> String {
        match self {
            Self::Model(model) => {
                let names: Vec<&str> = model.fields.iter().map(|field| field.name).collect();
                format!("the fields {}", names.join(", "))
            }
            Self::Enum(words) => format!("the words {}", words.values.join(", ")),
        }
    }
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// Whether the type has a title of its own, so that the field needs none.
fn refers(written: &Map<String, Value>) -> bool {
    let inner = written.get("anyOf").and_then(|choices| choices.get(0));
    written.contains_key("$ref") || inner.is_some_and(|inner| inner.get("$ref").is_some())
}

/// `note_id` is `Note Id`; as Python's `str.title`, which makes `createdAt` into `Createdat`.
pub(crate) fn title(name: &str) -> String {
    let mut inside = false;
    let titled = name.chars().map(|letter| {
        let first = letter.is_alphabetic() && !inside;
        inside = letter.is_alphabetic();
        match letter {
            '_' => ' ',
            _ if first => letter.to_ascii_uppercase(),
            _ => letter.to_ascii_lowercase(),
        }
    });
    titled.collect::<String>().trim().to_owned()
}

fn format(name: &str) -> Value {
    json!({"type": "string", "format": name})
}

fn enumeration(words: &EnumSchema) -> Value {
    let mut written = Map::new();
    written.insert("type".to_owned(), Value::from("string"));
    written.insert("enum".to_owned(), json!(words.values));
    written.insert("title".to_owned(), Value::from(words.name));
    insert_description(&mut written, words.description);
    Value::Object(written)
}

fn insert_description(written: &mut Map<String, Value>, description: Option<&str>) {
    if let Some(description) = description {
        written.insert("description".to_owned(), Value::from(description));
    }
}

/// The Rust type's own bounds are rules too, unless they are those of 64 bits, which JSON numbers
/// do not reach exactly.
fn integer(min: i128, max: i128, rules: &Rules) -> Value {
    let wide = i128::from(u32::MAX);
    let mut rules = *rules;
    if min >= -wide && rules.gt.is_none() && rules.ge.is_none() {
        rules.ge = i64::try_from(min).ok().and_then(exact);
    }
    if max <= wide && rules.lt.is_none() && rules.le.is_none() {
        rules.le = i64::try_from(max).ok().and_then(exact);
    }
    with_bounds(json!({"type": "integer"}), &rules)
}

fn exact(bound: i64) -> Option<f64> {
    i32::try_from(bound)
        .map(f64::from)
        .or_else(|_| u32::try_from(bound).map(f64::from))
        .ok()
}

fn with_bounds(written: Value, rules: &Rules) -> Value {
    let bounds = [
        ("multipleOf", rules.multiple_of),
        ("maximum", rules.le),
        ("exclusiveMaximum", rules.lt),
        ("minimum", rules.ge),
        ("exclusiveMinimum", rules.gt),
    ];
    with(
        written,
        bounds
            .into_iter()
            .filter_map(|(key, bound)| Some((key.to_owned(), plain(bound?)))),
    )
}

fn with_lengths(written: Value, rules: &Rules, of: &str) -> Value {
    let lengths = [("max", rules.max_length), ("min", rules.min_length)];
    with(
        written,
        lengths
            .into_iter()
            .filter_map(|(end, length)| Some((format!("{end}{of}"), length?.into()))),
    )
}

fn with(mut written: Value, more: impl Iterator<Item = (String, Value)>) -> Value {
    if let Some(object) = written.as_object_mut() {
        object.extend(more);
    }
    written
}

/// A bound without `.0`.
fn plain(bound: f64) -> Value {
    let number = bound.to_string().parse::<Number>();
    number.map_or(Value::Null, Value::Number)
}

fn http_validation_error() -> Value {
    json!({
        "properties": {
            "detail": {
                "items": {"$ref": "#/components/schemas/ValidationError"},
                "type": "array",
                "title": "Detail"
            }
        },
        "type": "object",
        "title": "HTTPValidationError"
    })
}

fn validation_error() -> Value {
    json!({
        "properties": {
            "loc": {
                "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
                "type": "array",
                "title": "Location"
            },
            "msg": {"type": "string", "title": "Message"},
            "type": {"type": "string", "title": "Error Type"}
        },
        "type": "object",
        "required": ["loc", "msg", "type"],
        "title": "ValidationError"
    })
}

#[cfg(test)]
mod tests;
