//! What the original's validators do not see and its database then refuses, or what nobody means.

use serde_json::Value;

/// PostgreSQL cannot keep NUL characters; SQLite should not keep more than it.
pub fn storable(value: &Value) -> Result<Value, String> {
    if value.as_str().is_some_and(|text| text.contains('\0')) {
        return Err("NUL characters cannot be kept".to_owned());
    }
    Ok(value.clone())
}

/// A name has at least one character that is seen.
pub fn name(value: &Value) -> Result<Value, String> {
    if value.as_str().is_some_and(|text| text.trim().is_empty()) {
        return Err("A name cannot be blank".to_owned());
    }
    storable(value)
}
