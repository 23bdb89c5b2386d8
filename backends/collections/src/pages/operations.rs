//! The operations of one resource in the document, with the parameters that the dialect understands.

use serde_json::{Map, Value, json};

use super::document::Entry;
use crate::app::{
    config::{Dialect, Options},
    http::inflection::singular,
    store::Kind,
};

/// Properties that are listed as filters; others work all the same.
const FILTERS: usize = 40;

/// A collection.
pub fn list(options: &Options, entry: &Entry<'_>) -> Value {
    let mut parameters = filters(entry);
    parameters.extend(list_parameters(options.dialect));
    let mut operations = json!({
        "get": {
            "operationId": format!("list_{}", entry.schema),
            "summary": format!("List {}", entry.described.resource.name),
            "parameters": parameters,
            "responses": { "200": answer("The records that meet every condition.", list_schema(options.dialect, entry)) },
        },
        "post": {
            "operationId": format!("create_{}", entry.schema),
            "summary": format!("Add a record to {}", entry.described.resource.name),
            "requestBody": body(&part(entry)),
            "responses": {
                "201": answer("The record as it was made.", reference(entry)),
                "400": refused("The body is no JSON object."),
            },
        },
    });
    if options.dialect == Dialect::V0 {
        operations["post"]["responses"]["409"] = refused("There is a record with this id.");
    }
    finish(operations, options, entry, true)
}

/// One record of a collection.
pub fn record(options: &Options, entry: &Entry<'_>) -> Value {
    let name = &entry.described.resource.name;
    let missing = || refused("There is no such record.");
    let found = || json!({ "200": answer("The record.", reference(entry)), "404": missing() });
    let changed = |what: &str| {
        json!({
            "200": answer(what, reference(entry)),
            "400": refused("The body is no JSON object."),
            "404": missing(),
        })
    };
    let gone = match options.dialect {
        Dialect::V0 => answer(
            "Nothing is left of it, nor of what belonged to it.",
            json!({ "type": "object" }),
        ),
        Dialect::V1 => answer("The record as it was.", reference(entry)),
    };
    let mut get = json!({
        "operationId": format!("get_{}", entry.schema),
        "summary": format!("One record of {name}"),
        "responses": found(),
    });
    get["parameters"] = json!(relations(options.dialect));
    let mut delete = json!({
        "operationId": format!("delete_{}", entry.schema),
        "summary": format!("Delete a record of {name}"),
        "responses": { "200": gone, "404": missing() },
    });
    if options.dialect == Dialect::V1 {
        delete["parameters"] = json!([query(
            "_dependent",
            "A collection whose records go with it; may be repeated."
        )]);
    }
    let operations = json!({
        "parameters": [id_parameter(entry)],
        "get": get,
        "put": {
            "operationId": format!("replace_{}", entry.schema),
            "summary": format!("Replace a record of {name}"),
            "requestBody": body(&part(entry)),
            "responses": changed("The record as it is now."),
        },
        "patch": {
            "operationId": format!("change_{}", entry.schema),
            "summary": format!("Change some properties of a record of {name}"),
            "requestBody": body(&part(entry)),
            "responses": changed("The record as it is now."),
        },
        "delete": delete,
    });
    finish(operations, options, entry, true)
}

/// What is no collection.
pub fn single(options: &Options, entry: &Entry<'_>) -> Value {
    let name = &entry.described.resource.name;
    let changed = || json!({ "200": answer("As it is now.", reference(entry)), "400": refused("The body is no JSON object.") });
    let mut operations = json!({
        "get": {
            "operationId": format!("get_{}", entry.schema),
            "summary": name,
            "responses": { "200": answer("As it is.", reference(entry)) },
        },
        "put": {
            "operationId": format!("replace_{}", entry.schema),
            "summary": format!("Replace {name}"),
            "requestBody": body(&reference(entry)),
            "responses": changed(),
        },
        "patch": {
            "operationId": format!("change_{}", entry.schema),
            "summary": format!("Change some properties of {name}"),
            "requestBody": body(&json!({ "type": "object" })),
            "responses": changed(),
        },
    });
    if options.dialect == Dialect::V0 {
        operations["post"] = json!({
            "operationId": format!("set_{}", entry.schema),
            "summary": format!("Replace {name}"),
            "requestBody": body(&reference(entry)),
            "responses": { "201": answer("As it is now.", reference(entry)), "400": refused("The body is no JSON object.") },
        });
    }
    finish(operations, options, entry, false)
}

/// v0: the records of `child` that belong to one of `parent`.
pub fn nested(options: &Options, parent: &Entry<'_>, child: &Entry<'_>) -> Value {
    let mut parameters = filters(child);
    parameters.extend(list_parameters(options.dialect));
    let (of, name) = (
        &parent.described.resource.name,
        &child.described.resource.name,
    );
    let operations = json!({
        "parameters": [id_parameter(parent)],
        "get": {
            "operationId": format!("list_{}_of_{}", child.schema, parent.schema),
            "summary": format!("List {name} of a record of {of}"),
            "parameters": parameters,
            "responses": { "200": answer("Those that belong to it.", list_schema(options.dialect, child)) },
        },
        "post": {
            "operationId": format!("create_{}_of_{}", child.schema, parent.schema),
            "summary": format!("Add one of {name} to a record of {of}"),
            "requestBody": body(&part(child)),
            "responses": {
                "201": answer("The record as it was made.", reference(child)),
                "400": refused("The body is no JSON object."),
                "409": refused("There is a record with this id."),
            },
        },
    });
    finish(operations, options, child, true)
}

/// Whether records of `child` name one of `parent`.
pub fn belongs_to(options: &Options, child: &Entry<'_>, parent: &Entry<'_>) -> bool {
    let parent = &parent.described.resource.name;
    let key = format!("{}{}", singular(parent), options.foreign_key_suffix);
    let mut properties = child.described.shape.properties();
    child.described.resource.kind == Kind::List && properties.any(|(name, _)| name == key)
}

/// v0's `/db`.
pub fn whole_database() -> Value {
    json!({
        "get": {
            "operationId": "whole_database",
            "summary": "All data",
            "responses": { "200": answer("Every resource by its name.", json!({ "type": "object" })) },
        }
    })
}

/// What every operation of the resource has in common.
fn finish(mut operations: Value, options: &Options, entry: &Entry<'_>, is_list: bool) -> Value {
    let Some(methods) = operations.as_object_mut() else {
        return operations;
    };
    if options.read_only {
        methods.retain(|method, _| method == "get" || method == "parameters");
    }
    for operation in methods.values_mut().filter(|one| one.is_object()) {
        operation["tags"] = json!([entry.described.resource.name]);
        if entry.is_owned && is_list {
            operation["security"] = json!([{ "bearer": [] }]);
            operation["responses"]["401"] = refused("Nobody is logged in.");
        }
    }
    operations
}

fn filters(entry: &Entry<'_>) -> Vec<Value> {
    let plain = entry
        .described
        .shape
        .properties()
        .filter(|(_, shape)| shape.is_plain());
    let filter = |(name, _): (&str, _)| query(name, "Only records that have this value.");
    let reserved =
        |(name, _): &(&str, _)| !name.is_empty() && !name.starts_with('_') && *name != "q";
    plain.filter(reserved).take(FILTERS).map(filter).collect()
}

fn list_parameters(dialect: Dialect) -> Vec<Value> {
    let mut parameters = match dialect {
        Dialect::V0 => vec![
            query("q", "Only records with this text anywhere."),
            query("_sort", "Properties to sort by, separated by commas."),
            query("_order", "`asc` or `desc` for each of them."),
            number("_page", "Which page, from 1."),
            number("_limit", "How many on one; 10 if not said."),
            number("_start", "The first to show, from 0."),
            number("_end", "The first not to show."),
        ],
        Dialect::V1 => vec![
            query(
                "_sort",
                "Properties to sort by, separated by commas; with `-` in front the other way round.",
            ),
            number("_page", "Which page, from 1."),
            number("_per_page", "How many on one; 10 if not said."),
            query(
                "_where",
                "Conditions as JSON: `{\"or\": [{\"views\": {\"gt\": 10}}]}`.",
            ),
        ],
    };
    parameters.extend(relations(dialect));
    parameters
}

fn relations(dialect: Dialect) -> Vec<Value> {
    match dialect {
        Dialect::V0 => vec![
            query(
                "_embed",
                "A collection whose records belong to these; may be repeated.",
            ),
            query(
                "_expand",
                "What these records belong to, in the singular; may be repeated.",
            ),
        ],
        Dialect::V1 => vec![query(
            "_embed",
            "A collection or a parent to put in; may be repeated.",
        )],
    }
}

fn query(name: &str, what: &str) -> Value {
    json!({ "name": name, "in": "query", "description": what, "schema": { "type": "string" } })
}

fn number(name: &str, what: &str) -> Value {
    json!({ "name": name, "in": "query", "description": what, "schema": { "type": "integer" } })
}

fn id_parameter(entry: &Entry<'_>) -> Value {
    json!({
        "name": "id",
        "in": "path",
        "required": true,
        "description": format!("Which record of {}.", entry.described.resource.name),
        "schema": { "type": "string" },
    })
}

fn reference(entry: &Entry<'_>) -> Value {
    json!({ "$ref": format!("#/components/schemas/{}", entry.schema) })
}

/// What a request may send: any of the properties, and others.
fn part(entry: &Entry<'_>) -> Value {
    let mut schema = entry.described.shape.schema();
    match schema.as_object_mut() {
        Some(schema) if schema.get("type") == Some(&json!("object")) => {
            schema.remove("required");
        }
        _ => return json!({ "type": "object" }),
    }
    schema
}

fn list_schema(dialect: Dialect, entry: &Entry<'_>) -> Value {
    let list = json!({ "type": "array", "items": reference(entry) });
    if dialect == Dialect::V0 {
        return list;
    }
    let place = |names: &[&str]| -> Map<String, Value> {
        let page = |name: &&str| ((*name).to_owned(), json!({ "type": ["integer", "null"] }));
        names.iter().map(page).collect()
    };
    let mut page = place(&["first", "prev", "next", "last", "pages", "items"]);
    page.insert("data".to_owned(), list.clone());
    json!({ "oneOf": [list, { "type": "object", "description": "With `_page`.", "properties": page }] })
}

fn answer(what: &str, schema: impl Into<Value>) -> Value {
    let schema = schema.into();
    json!({ "description": what, "content": { "application/json": { "schema": schema } } })
}

fn refused(what: &str) -> Value {
    json!({ "description": what })
}

fn body(schema: &Value) -> Value {
    json!({ "required": true, "content": { "application/json": { "schema": schema } } })
}
