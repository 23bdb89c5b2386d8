//! `forgotten` is not in the list.
//~ function `forgotten` is never used
//~ a handler must stand in its router's `routes![…]`

use underpin::{
    get,
    http::{Router, Text},
    routes,
};

#[get("/")]
async fn listed() -> Text {
    Text(String::new())
}

#[get("/forgotten")]
async fn forgotten() -> Text {
    Text(String::new())
}

fn main() {
    let _ = Router::new("").routes(routes![listed]);
}
