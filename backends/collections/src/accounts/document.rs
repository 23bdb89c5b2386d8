//! Sign-up and login in the inferred document.

use serde_json::{Map, Value, json};

/// Adds the addresses, their schemas and the way to show a token.
pub fn document(paths: &mut Map<String, Value>, components: &mut Value) {
    components["securitySchemes"] =
        json!({ "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" } });
    components["schemas"]["Credentials"] = json!({
        "type": "object",
        "properties": {
            "username": { "type": "string", "minLength": 1, "maxLength": 100 },
            "password": { "type": "string", "minLength": 8, "maxLength": 1000, "format": "password" },
        },
        "required": ["username", "password"],
    });
    components["schemas"]["Token"] = json!({
        "type": "object",
        "properties": {
            "access_token": { "type": "string" },
            "token_type": { "type": "string", "const": "bearer" },
            "expires_in": { "type": "integer", "description": "Seconds." },
        },
        "required": ["access_token", "token_type", "expires_in"],
    });
    paths.insert(
        "/auth/signup".to_owned(),
        with_credentials(
            "signup",
            "Make an account, and log in",
            "201",
            ("409", "The name is taken."),
        ),
    );
    paths.insert(
        "/auth/login".to_owned(),
        with_credentials(
            "login",
            "Log in",
            "200",
            ("401", "The name or the password is wrong."),
        ),
    );
    paths.insert("/auth/me".to_owned(), me());
}

fn with_credentials(name: &str, summary: &str, done: &str, refused: (&str, &str)) -> Value {
    let content = |schema: &str| json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } });
    json!({
        "post": {
            "operationId": name,
            "summary": summary,
            "tags": ["auth"],
            "requestBody": { "required": true, "content": content("Credentials") },
            "responses": {
                done: { "description": "A token.", "content": content("Token") },
                refused.0: { "description": refused.1 },
                "422": { "description": "The name or the password has another shape." },
            },
        }
    })
}

fn me() -> Value {
    let caller = json!({ "type": "object", "properties": { "username": { "type": "string" } }, "required": ["username"] });
    json!({
        "get": {
            "operationId": "me",
            "summary": "Who I am",
            "tags": ["auth"],
            "security": [{ "bearer": [] }],
            "responses": {
                "200": { "description": "The caller.", "content": { "application/json": { "schema": caller } } },
                "401": { "description": "Nobody is logged in." },
            },
        }
    })
}
