//! A bare number is no reply.

use underpin::{get, http::Router, routes};

#[get("/")]
async fn count() -> u64 {
    1
}

fn main() {
    let _ = Router::new("").routes(routes![count]);
}
