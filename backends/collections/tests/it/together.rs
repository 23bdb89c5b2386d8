//! Two processes at once: on PostgreSQL both serve, on SQLite the second waits for the first and gives up.

use serde_json::{Value, json};
use underpin::{db::Engine, testing::RunningProgram};

use crate::setup::serving_on;

/// More records than are counted one by one.
fn many() -> String {
    let kind = |id: usize| if id.is_multiple_of(2) { "x" } else { "y" };
    let records = (0..600).map(|id| json!({ "id": id.to_string(), "kind": kind(id) }));
    json!({ "posts": records.collect::<Vec<Value>>() }).to_string()
}

async fn total(of: &RunningProgram) -> Value {
    let page = of.stranger().get("/posts?kind=x&_page=1").await.ok();
    page["items"].clone()
}

#[underpin::test]
async fn what_one_writes_the_other_counts_or_there_is_but_one(engine: Engine) {
    let (_db, program) = serving_on(engine, &many()).await;
    let first = program.serve_with(&["db.json"], "").await;
    assert_eq!(total(&first).await, 300);
    if engine == Engine::Sqlite {
        let second = program.run(&["db.json", "--port", "0"], "").await;
        assert_eq!(second.code, Some(1), "{}", second.errors);
        let told = "is served by another process already";
        assert!(second.errors.contains(told), "{}", second.errors);
        first.ask_to_stop();
        let next = program.serve_with(&["db.json"], "").await;
        assert_eq!(total(&next).await, 300);
        return;
    }
    let second = program.serve_with(&["db.json"], "").await;
    assert_eq!(total(&second).await, 300);
    for by in [&first, &second] {
        let made = by.stranger().post("/posts", &json!({ "kind": "x" })).await;
        made.expect_status(201);
    }
    assert_eq!(
        (total(&first).await, total(&second).await),
        (json!(302), json!(302))
    );
}
