//! Handlers: what they take, what they give, and which refusal comes first.

use serde_json::json;
use underpin::{
    App, Clock, Context, Error, Provide, Result, StartError,
    db::Engine,
    delete, get,
    http::{Created, Exchange, Header, Input, Json, NoContent, Path, Query, Router, Text, Valid},
    model,
    openapi::Operation,
    post, routes,
    testing::TestApp,
};

#[model]
#[derive(Clone, Debug, PartialEq)]
struct Task {
    #[field(min_length = 1, max_length = 20)]
    title: String,
    #[serde(default)]
    tags: Vec<Tag>,
    level: Option<Level>,
}

#[model]
#[derive(Clone, Debug, PartialEq)]
struct Tag {
    #[field(max_length = 5)]
    name: String,
}

#[model]
#[derive(Clone, Copy, Debug, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Level {
    Low,
    High,
}

#[model(request)]
struct Page {
    #[field(ge = 1, le = 100)]
    #[serde(default = "ten")]
    limit: u32,
    #[field(ge = 0)]
    #[serde(default)]
    offset: u32,
}

fn ten() -> u32 {
    10
}

/// Knows who calls by a header that nobody should use in earnest.
struct Caller;

impl Input for Caller {
    type Prepared = ();
    const GUARD: bool = true;

    fn prepare(_: &Context) -> Result<(), StartError> {
        Ok(())
    }

    fn describe(operation: &mut Operation, _: &'static str) {
        operation.security(
            "Caller",
            json!({ "type": "apiKey", "in": "header", "name": "caller" }),
        );
        operation.fails_with(401);
    }

    async fn extract((): &(), _: &'static str, exchange: &mut Exchange) -> Result<Option<Self>> {
        let name = exchange
            .headers()
            .get("caller")
            .and_then(|value| value.to_str().ok());
        name.ok_or_else(|| Error::unauthorized("Who are you?"))?;
        Ok(Some(Self))
    }
}

#[derive(Clone, Provide)]
struct Greeter {
    clock: Clock,
}

impl Greeter {
    fn greet(&self, name: &str) -> String {
        format!("{name} at {}", self.clock.now().timestamp())
    }
}

/// List tasks.
#[get("/")]
async fn list(page: Query<Page>) -> Text {
    Text(format!("{} from {}", page.limit, page.offset))
}

/// Write a task.
#[post("/", fails(409))]
async fn create(_me: Caller, new: Valid<Task>) -> Result<Created<Task>> {
    if new.title == "taken" {
        return Err(Error::conflict("There is one"));
    }
    Ok(Created(new.into_inner()))
}

/// Read a task.
#[get("/{id}")]
async fn read(id: Path<u32>, if_match: Header<Option<String>>) -> Json<Vec<String>> {
    Json(vec![
        id.to_string(),
        if_match.into_inner().unwrap_or_default(),
    ])
}

#[delete("/{id}")]
async fn remove(_id: Path<u32>) -> NoContent {
    NoContent
}

#[get("/greeting/{name}")]
async fn greet(name: Path<String>, greeter: Greeter) -> Text {
    Text(greeter.greet(&name))
}

#[get("/panic/now", hidden)]
async fn panics() -> Text {
    panic!("on purpose")
}

fn app() -> App {
    let router = Router::new("/tasks").tag("tasks");
    App::new("tasks", "1")
        .feature(router.routes(routes![list, create, read, remove, greet, panics]))
}

async fn started() -> TestApp {
    TestApp::new(app(), Engine::Sqlite).await
}

#[underpin::test]
async fn a_stranger_is_refused_before_the_body_is_looked_at() {
    let stranger = started().await.stranger();
    let reply = stranger.post("/tasks/", json!({})).await.expect_status(401);
    assert_eq!(reply.text(), r#"{"detail":"Who are you?"}"#);
}

#[underpin::test]
async fn a_body_that_is_no_json_is_told_before_the_stranger_is_refused() {
    let stranger = started()
        .await
        .stranger()
        .with_header("content-type", "application/json");
    let reply = stranger
        .request(underpin::http::Method::POST, "/tasks/", "{")
        .await;
    assert_eq!(
        reply.expect_status(422).body()["detail"][0]["type"],
        "json_invalid"
    );
}

#[underpin::test]
async fn a_valid_body_reaches_the_handler() {
    let ann = started().await.stranger().with_header("caller", "ann");
    let task = json!({ "title": "Milk", "tags": [{ "name": "shop" }], "level": "high" });
    let reply = ann.post("/tasks/", task.clone()).await.expect_status(201);
    assert_eq!(reply.body(), task);
    ann.post("/tasks/", json!({ "title": "taken" }))
        .await
        .expect_status(409);
}

#[underpin::test]
async fn every_fault_is_told_at_once() {
    let ann = started().await.stranger().with_header("caller", "ann");
    let task = json!({ "title": "", "tags": [{ "name": "shopping" }, {}], "level": "urgent" });
    let reply = ann.post("/tasks/", task).await.expect_status(422).body();
    let found: Vec<String> = reply["detail"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|fault| format!("{} {}", fault["type"], fault["loc"]))
        .collect();
    assert_eq!(
        found,
        [
            r#""string_too_short" ["body","title"]"#,
            r#""string_too_long" ["body","tags",0,"name"]"#,
            r#""missing" ["body","tags",1,"name"]"#,
            r#""enum" ["body","level"]"#,
        ]
    );
}

#[underpin::test]
async fn query_parameters_are_read_by_field() {
    let stranger = started().await.stranger();
    assert_eq!(
        stranger.get("/tasks/").await.expect_status(200).text(),
        "10 from 0"
    );
    assert_eq!(
        stranger.get("/tasks/?offset=5&limit=7&x=1").await.text(),
        "7 from 5"
    );
    let faults = stranger
        .get("/tasks/?limit=0&offset=x")
        .await
        .expect_status(422)
        .body();
    assert_eq!(faults["detail"][0]["type"], "greater_than_equal");
    assert_eq!(faults["detail"][1]["loc"], json!(["query", "offset"]));
}

#[underpin::test]
async fn path_and_header_are_read_by_name() {
    let stranger = started().await.stranger().with_header("if-match", "v1");
    assert_eq!(stranger.get("/tasks/7").await.ok(), json!(["7", "v1"]));
    stranger.get("/tasks/seven").await.expect_status(422);
    stranger.delete("/tasks/7").await.expect_status(204);
}

#[underpin::test]
async fn services_are_built_from_the_app() {
    let app = started().await;
    let before = app
        .stranger()
        .get("/tasks/greeting/ann")
        .await
        .text()
        .to_owned();
    app.clock().advance(chrono::TimeDelta::seconds(5));
    let after = app
        .stranger()
        .get("/tasks/greeting/ann")
        .await
        .text()
        .to_owned();
    assert_ne!(before, after);
}

#[underpin::test]
async fn a_panic_is_a_500_and_nothing_else_suffers() {
    let stranger = started().await.stranger();
    let reply = stranger.get("/tasks/panic/now").await.expect_status(500);
    assert_eq!(reply.text(), r#"{"detail":"Internal Server Error"}"#);
    stranger.get("/tasks/7").await.expect_status(200);
}
