//! The schemas of models, as the document shows them.

use std::sync::LazyLock;

use super::*;
use crate::validation::{
    Model,
    tests::models::{Everything, NewNote},
};

/// Without what only differs in spelling or is not known to the test's models.
fn comparable(mut value: Value) -> Value {
    match &mut value {
        Value::Number(number) => return Value::from(number.as_f64()),
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| *item = comparable(item.take())),
        Value::Object(fields) => {
            fields.shift_remove("default");
            fields
                .values_mut()
                .for_each(|field| *field = comparable(field.take()));
        }
        _ => {}
    }
    value
}

#[test]
fn components_are_fastapis() {
    let mut components = Components::new();
    let written = components.schema(&Everything::schema()).unwrap();
    assert_eq!(written, json!({"$ref": "#/components/schemas/Everything"}));
    assert_eq!(
        components.validation_error()["$ref"],
        "#/components/schemas/HTTPValidationError"
    );
    let expected = include_str!("../../../tests/data/validation/schemas.json");
    let mut expected: Value = serde_json::from_str(expected).unwrap();
    // Python's integers have no bounds, so the other side had to be told those of 64 bits.
    let properties = &mut expected["Everything"]["properties"];
    properties["count"] = json!({"type": "integer", "title": "Count"});
    properties["step"]["anyOf"][0] =
        json!({"type": "integer", "multipleOf": 3, "exclusiveMinimum": 0});
    let found = comparable(Value::Object(components.into_schemas()));
    assert_eq!(found.to_string(), comparable(expected).to_string());
}

#[test]
fn an_optional_field_may_be_null() {
    let mut components = Components::new();
    components.schema(&NewNote::schema()).unwrap();
    let note = &components.into_schemas()["NewNote"];
    let title = json!({
        "anyOf": [{"type": "string", "maxLength": 255, "minLength": 4}, {"type": "null"}],
        "title": "Title"
    });
    assert_eq!(note["properties"]["title"], title);
    assert_eq!(note["required"], json!(["content"]));
}

#[test]
fn one_name_stands_for_one_type() {
    static OTHER: LazyLock<EnumSchema> = LazyLock::new(|| EnumSchema {
        name: "NewNote",
        description: None,
        values: vec!["short", "long"],
    });
    let mut components = Components::new();
    components.schema(&NewNote::schema()).unwrap();
    components
        .schema(&Schema::List(Box::new(NewNote::schema())))
        .unwrap();
    let clash = components.schema(&Schema::Enum(|| &OTHER)).unwrap_err();
    assert_eq!(
        clash.to_string(),
        "two types are named `NewNote`: one of the fields content, title, one of the words short, \
         long; rename one"
    );
}

#[test]
fn titles_are_pythons() {
    for (name, titled) in [
        ("note_id", "Note Id"),
        ("createdAt", "Createdat"),
        ("x2y", "X2Y"),
    ] {
        assert_eq!(title(name), titled);
    }
}
