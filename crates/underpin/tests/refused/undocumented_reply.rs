//! Nobody can tell what this replies.

use std::fmt::Display;

use underpin::get;

#[get("/")]
async fn index() -> impl Display {
    "hello"
}

fn main() {}
