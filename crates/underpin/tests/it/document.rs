//! The document says what is served, no more and no less.

use serde_json::json;
use underpin::{
    App, Result, get,
    http::{Json, Path, Router, Valid},
    model, put, routes,
};

/// A thing.
#[model]
struct Thing {
    /// What it is called.
    #[field(min_length = 2, example = "Lamp")]
    name: String,
    weight: Option<f64>,
}

/// Read a thing.
///
/// Whoever asks.
#[get("/{thing_id}", fails(404))]
async fn read_thing(thing_id: Path<String>) -> Result<Json<Thing>> {
    Ok(Json(Thing {
        name: thing_id.into_inner(),
        weight: None,
    }))
}

#[put("/{thing_id}", status = 202)]
async fn replace_thing(thing_id: Path<u32>, thing: Valid<Thing>) -> Json<Thing> {
    let _ = thing_id;
    Json(thing.into_inner())
}

#[test]
fn an_operation_declares_what_can_be_answered() {
    let router = Router::new("/things")
        .tag("things")
        .routes(routes![read_thing, replace_thing]);
    let document = App::new("things", "3")
        .title("Things")
        .feature(router)
        .document()
        .expect("a document");
    let read = &document["paths"]["/things/{thing_id}"]["get"];
    assert_eq!(read["summary"], "Read a thing.");
    assert_eq!(read["description"], "Whoever asks.");
    assert_eq!(read["operationId"], "read_thing_things__thing_id__get");
    let statuses = |operation: &serde_json::Value| -> Vec<String> {
        operation["responses"]
            .as_object()
            .expect("responses")
            .keys()
            .cloned()
            .collect()
    };
    assert_eq!(statuses(read), ["200", "404", "default"]);
    let replace = &document["paths"]["/things/{thing_id}"]["put"];
    assert_eq!(statuses(replace), ["202", "400", "413", "422", "default"]);
    let reference = json!({ "$ref": "#/components/schemas/Thing" });
    assert_eq!(
        replace["requestBody"]["content"]["application/json"]["schema"],
        reference
    );
    insta::assert_json_snapshot!(document["components"]["schemas"]["Thing"]);
}
