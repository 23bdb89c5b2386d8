//! A whole backend in one file: typed, validated, documented.
use underpin::{
    App, get,
    http::{Json, Path, Query, Router},
    model, routes,
};

/// What is said to someone.
#[model(response)]
struct Greeting {
    text: String,
}

/// Greet someone.
#[get("/{name}")]
async fn hello(name: Path<String>, times: Query<Option<u8>>) -> Json<Greeting> {
    let text = format!("Hello {}! ", *name).repeat(times.unwrap_or(1).into());
    Json(Greeting { text })
}

fn main() -> std::process::ExitCode {
    underpin::run(App::new("hello", "1.0").feature(Router::new("/hello").routes(routes![hello])))
}
