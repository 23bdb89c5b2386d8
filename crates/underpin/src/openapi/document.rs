//! The whole document: every operation of the app, its components and security schemes.

use serde_json::{Map, Value, json};

use super::{
    operation::{Answer, Operation, Parameter},
    schema::{Components, NameClash, title},
};
use crate::error::{ErrorFormat, Origin};

/// What the document says about the program.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// The title.
    pub title: &'static str,
    /// The version of the API.
    pub version: &'static str,
    /// A longer text, Markdown.
    pub description: &'static str,
}

/// Collects operations into an OpenAPI 3.1 document.
pub(crate) struct Document<'a> {
    info: Info,
    format: &'a dyn ErrorFormat,
    paths: Map<String, Value>,
    components: Components,
    failures: Map<String, Value>,
    security: Map<String, Value>,
}

impl<'a> Document<'a> {
    /// An empty document; `format` says how error bodies look.
    pub(crate) fn new(info: Info, format: &'a dyn ErrorFormat) -> Self {
        Self {
            info,
            format,
            paths: Map::new(),
            components: Components::new(),
            failures: Map::new(),
            security: Map::new(),
        }
    }

    /// Adds what `method` does at `path`.
    pub(crate) fn add(
        &mut self,
        method: &http::Method,
        path: &str,
        tag: Option<&str>,
        operation: &Operation,
    ) -> Result<(), NameClash> {
        if operation.hidden {
            return Ok(());
        }
        let mut object = Map::new();
        if let Some(tag) = tag {
            object.insert("tags".into(), json!([tag]));
        }
        object.insert("summary".into(), operation.summary.into());
        if !operation.description.is_empty() {
            object.insert("description".into(), operation.description.into());
        }
        object.insert(
            "operationId".into(),
            operation_id(operation.id, method, path).into(),
        );
        self.add_security(operation, &mut object);
        self.add_inputs(operation, &mut object)?;
        object.insert("responses".into(), self.responses(operation)?);
        let item = self
            .paths
            .entry(path)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(item) = item {
            item.insert(method.as_str().to_lowercase(), Value::Object(object));
        }
        Ok(())
    }

    /// The finished document.
    pub(crate) fn finish(self) -> Value {
        let mut info = json!({ "title": self.info.title, "version": self.info.version });
        if !self.info.description.is_empty() {
            info["description"] = self.info.description.into();
        }
        let mut components = Map::new();
        let mut schemas = self.components.into_schemas();
        schemas.extend(self.failures);
        schemas.sort_keys();
        if !schemas.is_empty() {
            components.insert("schemas".into(), Value::Object(schemas));
        }
        if !self.security.is_empty() {
            components.insert("securitySchemes".into(), Value::Object(self.security));
        }
        json!({ "openapi": "3.1.0", "info": info, "paths": self.paths, "components": components })
    }

    fn add_security(&mut self, operation: &Operation, object: &mut Map<String, Value>) {
        if operation.security.is_empty() {
            return;
        }
        let mut needs = Vec::new();
        for security in &operation.security {
            self.security
                .insert(security.name.to_owned(), security.scheme.clone());
            needs.push(json!({ (security.name): [] }));
        }
        object.insert("security".into(), Value::Array(needs));
    }

    fn add_inputs(
        &mut self,
        operation: &Operation,
        object: &mut Map<String, Value>,
    ) -> Result<(), NameClash> {
        if !operation.parameters.is_empty() {
            let parameters = operation
                .parameters
                .iter()
                .map(|parameter| self.parameter(parameter));
            object.insert(
                "parameters".into(),
                Value::Array(parameters.collect::<Result<_, _>>()?),
            );
        }
        if let Some(body) = &operation.body {
            let schema = self.components.schema(body)?;
            let content = json!({ "application/json": { "schema": schema } });
            object.insert(
                "requestBody".into(),
                json!({ "content": content, "required": true }),
            );
        }
        Ok(())
    }

    fn parameter(&mut self, parameter: &Parameter) -> Result<Value, NameClash> {
        let mut schema = self.components.schema(&parameter.schema)?;
        if let Value::Object(schema) = &mut schema
            && !schema.contains_key("$ref")
        {
            schema.insert("title".into(), title(&parameter.name).into());
        }
        let mut object = json!({
            "name": parameter.name,
            "in": parameter.place.name(),
            "required": parameter.required,
            "schema": schema,
        });
        if let Some(description) = parameter.description {
            object["description"] = description.into();
        }
        Ok(object)
    }

    fn responses(&mut self, operation: &Operation) -> Result<Value, NameClash> {
        let mut responses = Map::new();
        for (status, answer) in &operation.answers {
            let (text, content) = match answer {
                Answer::Success(None) => ("Successful Response", None),
                Answer::Success(Some((kind, schema))) => {
                    let schema = self.components.schema(schema)?;
                    ("Successful Response", Some((*kind, schema)))
                }
                Answer::Failure(origin) => (
                    reason(*status),
                    Some(("application/json", self.failure(*origin))),
                ),
            };
            let mut object = json!({ "description": text });
            if let Some((kind, schema)) = content {
                object["content"] = json!({ (kind): { "schema": schema } });
            }
            responses.insert(status.to_string(), object);
        }
        let fallback = self.failure(Origin::Unexpected);
        responses.insert("default".into(), json!({
            "description": "Anything else: a limit of the server, an overload, an unexpected failure",
            "content": { "application/json": { "schema": fallback } },
        }));
        Ok(Value::Object(responses))
    }

    /// The shape of an error body; a component, so that it is written once.
    fn failure(&mut self, origin: Origin) -> Value {
        if origin == Origin::Validation {
            return self.components.validation_error();
        }
        let (name, schema) = self.format.schema(origin);
        self.failures.insert(name.to_owned(), schema);
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }
}

/// FastAPI's: the function's name, the path and the method, with `_` for what cannot stand in a name.
fn operation_id(name: &str, method: &http::Method, path: &str) -> String {
    let plain = |letter: char| {
        if letter.is_alphanumeric() {
            letter
        } else {
            '_'
        }
    };
    let id: String = format!("{name}{path}").chars().map(plain).collect();
    format!("{id}_{}", method.as_str().to_lowercase())
}

fn reason(status: u16) -> &'static str {
    let status = http::StatusCode::from_u16(status).ok();
    match status.and_then(|status| status.canonical_reason()) {
        Some("Unprocessable Entity") => "Validation Error",
        Some(reason) => reason,
        None => "Failure",
    }
}
