//! A number is not something that a request has by itself.
//~ `u64` cannot be a handler argument
//~ async fn read(id: Path<String>, limit: u64) -> Text {

use underpin::{
    get,
    http::{Path, Router, Text},
    routes,
};

#[get("/notes/{id}")]
async fn read(id: Path<String>, limit: u64) -> Text {
    Text(format!("{} {limit}", *id))
}

fn main() {
    let _ = Router::new("").routes(routes![read]);
}
