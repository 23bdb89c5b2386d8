//! A bare number is no reply.
//~ `u64` cannot be a handler's reply
//~ async fn count() -> u64 {

use underpin::{get, http::Router, routes};

#[get("/")]
async fn count() -> u64 {
    1
}

fn main() {
    let _ = Router::new("").routes(routes![count]);
}
