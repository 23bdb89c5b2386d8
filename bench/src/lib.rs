//! What the candidates have in common: the notes they answer with, so that the work beside the framework is equal.

use std::sync::LazyLock;

/// The token that every request carries.
pub const TOKEN: &str = "3f0c1c6e5a1b4d3f9e0a7b8c9d0e1f2a";

/// The body of `POST /notes`: 449 bytes, five fields.
pub static BODY: LazyLock<String> = LazyLock::new(|| {
    let head = r#"{"title":"Shopping for the week","content":""#;
    let tail = r#"","tags":["home","food","weekly"],"priority":"high","pinned":true}"#;
    format!("{head}{}{tail}", "x".repeat(449 - head.len() - tail.len()))
});

/// The content of each note that is answered.
pub const CONTENT: &str = "A note with a body of ordinary length, so that writing it as JSON is neither free nor all that is measured.";
