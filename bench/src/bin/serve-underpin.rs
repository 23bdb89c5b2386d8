//! The framework's candidate: three handlers behind a bearer token, nothing stored.

use serde_json::json;
use underpin::{
    App, Context, Error, Result, StartError,
    auth::bearer::bearer,
    get,
    http::{Created, Exchange, Input, Json, Path, Query, Router, Valid},
    model,
    openapi::Operation,
    post, routes,
};

/// A note to write.
#[model(request)]
struct NewNote {
    /// Short title.
    #[field(min_length = 1, max_length = 200)]
    title: String,
    /// The text.
    content: String,
    /// Labels.
    tags: Vec<String>,
    /// How urgent it is.
    #[field(min_length = 1, max_length = 10)]
    priority: String,
    /// Whether it stays on top.
    pinned: bool,
}

/// A note.
#[model(response)]
struct Note {
    id: i64,
    title: String,
    content: String,
    tags: Vec<String>,
    priority: String,
    pinned: bool,
}

struct Caller;

impl Input for Caller {
    type Prepared = ();
    const GUARD: bool = true;

    fn prepare(_: &Context) -> Result<(), StartError> {
        Ok(())
    }

    fn describe(operation: &mut Operation, _: &'static str) {
        operation.security("HTTPBearer", json!({ "type": "http", "scheme": "bearer" }));
    }

    async fn extract((): &(), _: &'static str, exchange: &mut Exchange) -> Result<Option<Self>> {
        match bearer(exchange.headers()) {
            Ok(token) if token == bench::TOKEN => Ok(Some(Self)),
            _ => Err(Error::unauthorized("Not authenticated")),
        }
    }
}

fn note(id: i64) -> Note {
    Note {
        id,
        title: "A title".to_owned(),
        content: bench::CONTENT.to_owned(),
        tags: vec!["home".to_owned()],
        priority: "low".to_owned(),
        pinned: false,
    }
}

/// Write a note.
#[post("/")]
async fn create(_me: Caller, new: Valid<NewNote>) -> Created<Note> {
    let NewNote {
        title,
        content,
        tags,
        priority,
        pinned,
    } = new.into_inner();
    Created(Note {
        id: 1,
        title,
        content,
        tags,
        priority,
        pinned,
    })
}

/// Read a note.
#[get("/{id}")]
async fn read(_me: Caller, id: Path<i64>) -> Json<Note> {
    Json(note(*id))
}

/// List notes.
#[get("/")]
async fn list(
    _me: Caller,
    limit: Query<Option<i64>>,
    offset: Query<Option<i64>>,
    q: Query<Option<String>>,
) -> Json<Vec<Note>> {
    let _wanted = (limit.into_inner(), q.into_inner());
    Json(vec![note(offset.unwrap_or(0))])
}

fn main() -> std::process::ExitCode {
    let router = Router::new("/notes").routes(routes![create, read, list]);
    underpin::run(App::new("bench", "0").feature(router))
}
