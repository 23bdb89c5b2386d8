//! Nothing takes `{id}`.
//~ no argument takes the path parameter `id`; add `id: Path<…>`
//~ #[get("/notes/{id}")]

use underpin::{get, http::Text};

#[get("/notes/{id}")]
async fn read() -> Text {
    Text(String::new())
}

fn main() {}
