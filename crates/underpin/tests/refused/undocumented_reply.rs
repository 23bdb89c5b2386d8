//! Nobody can tell what this replies.
//~ an `impl …` cannot be documented; name the reply's type
//~ async fn index() -> impl Display {

use std::fmt::Display;

use underpin::get;

#[get("/")]
async fn index() -> impl Display {
    "hello"
}

fn main() {}
