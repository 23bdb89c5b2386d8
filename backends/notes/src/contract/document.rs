//! The document has the original's paths and schemas (contract section 10); what is more are our refusals.

use std::collections::BTreeSet;

use crate::app::app;

const PATHS: [&str; 15] = [
    "/",
    "/health",
    "/api/health",
    "/api/auth/login",
    "/api/auth/refresh",
    "/api/auth/logout",
    "/api/auth/me",
    "/api/auth/health",
    "/api/notes/",
    "/api/notes/{note_id}",
    "/api/notes/health/check",
    "/api/settings/user-info",
    "/api/settings/change-password",
    "/api/settings/export-notes",
    "/api/settings/delete-account",
];

const SCHEMAS: [&str; 14] = [
    "AccountDeleteRequest",
    "DeleteResponse",
    "HTTPValidationError",
    "MessageResponse",
    "NoteCreate",
    "NoteResponse",
    "NoteUpdate",
    "PasswordChangeRequest",
    "RefreshTokenRequest",
    "Token",
    "UserInfoResponse",
    "UserLogin",
    "UserResponse",
    "ValidationError",
];

#[test]
fn has_the_original_paths_and_schemas() {
    let document = app().document().unwrap();
    let paths: BTreeSet<&str> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(paths, BTreeSet::from(PATHS));
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for name in SCHEMAS {
        assert!(schemas.contains_key(name), "{name}");
    }
    assert_eq!(document["info"]["title"], "ParchMark API");
    assert_eq!(document["info"]["version"], "1.0.0");
    let scheme = &document["components"]["securitySchemes"]["HTTPBearer"];
    assert_eq!(
        scheme,
        &serde_json::json!({ "type": "http", "scheme": "bearer" })
    );
}
