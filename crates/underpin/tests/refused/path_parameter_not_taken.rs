//! Nothing takes `{id}`.

use underpin::{get, http::Text};

#[get("/notes/{id}")]
async fn read() -> Text {
    Text(String::new())
}

fn main() {}
