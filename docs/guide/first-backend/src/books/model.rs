//! A book as it comes in, and as it is stored and goes out.

use underpin::{db::Row, model};

/// A book that I want to read.
#[model(request)]
pub struct NewBook {
    /// What it is called.
    #[field(min_length = 1, max_length = 200, example = "Middlemarch")]
    pub title: String,
    /// How long it is.
    #[field(ge = 1)]
    pub pages: Option<i32>,
}

/// A book on the list.
#[model(response)]
#[derive(Debug, Row)]
pub struct Book {
    /// Its number in addresses.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// How long it is.
    pub pages: Option<i32>,
    /// Whether I have read it.
    pub finished: bool,
}
