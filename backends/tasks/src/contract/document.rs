//! The document has the original's paths and names (contract section 6); what is more are our refusals.

use std::collections::BTreeSet;

use crate::app::app;

#[test]
fn has_the_original_paths_and_names() {
    let document = app().document().unwrap();
    let paths: BTreeSet<&str> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let expected = [
        "/",
        "/health",
        "/health/ready",
        "/api/v1/tasks",
        "/api/v1/tasks/{task_id}",
        "/api/v1/tasks/{task_id}/complete",
    ];
    assert_eq!(paths, BTreeSet::from(expected));
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["title"], "Todo API");
    assert_eq!(document["info"]["version"], "1.0.0");
    let scheme = &document["components"]["securitySchemes"]["HTTPBearer"];
    assert_eq!(
        scheme,
        &serde_json::json!({ "type": "http", "scheme": "bearer" })
    );
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for name in [
        "TaskCreate",
        "TaskUpdate",
        "HTTPValidationError",
        "ValidationError",
    ] {
        assert!(schemas.contains_key(name), "{name}");
    }
    let priority = &schemas["TaskCreate"]["properties"]["priority"];
    assert_eq!(priority["pattern"], "^(High|Medium|Low)$");
}
