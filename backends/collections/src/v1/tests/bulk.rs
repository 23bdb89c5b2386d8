//! Several records at once that cannot all be changed: none is, and the reason is told.

use serde_json::{Value, json};
use underpin::{db::Engine, http::Method};

use super::{ids, person};

#[underpin::test]
async fn a_request_that_cannot_be_done_as_a_whole_changes_nothing(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    let twice = json!([{ "id": "1", "title": "a" }, { "id": "1", "title": "b" }]);
    for (method, body, told) in [
        (Method::PATCH, twice, "The same record is changed twice"),
        (
            Method::PUT,
            json!({ "id": "1" }),
            "Body must be a JSON array of objects",
        ),
        (
            Method::PUT,
            json!([{ "id": "1" }, 5]),
            "Every item must be an object",
        ),
        (
            Method::PUT,
            json!([{ "id": "1" }, {}]),
            "Every item must have an id",
        ),
        (
            Method::POST,
            json!([{}, "text"]),
            "Every item must be an object",
        ),
    ] {
        let refused = ann.json(method, "/posts?_bulk", &body).await;
        assert_eq!(refused.expect_status(400).body()["error"], told);
    }
    assert_eq!(ids(&ann, "/posts").await, ["1", "2", "x"]);
    assert_eq!(ann.get("/posts/1").await.ok()["title"], "One");
}

#[underpin::test]
async fn more_records_than_ten_thousand_are_too_many(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    let many = Value::from(vec![json!({}); 10_001]);
    let refused = ann.post("/comments?_bulk", many).await;
    let refused = refused.expect_status(400).body();
    let told = "At most 10000 records can be changed at once";
    assert_eq!(refused["error"], told);
    assert_eq!(ids(&ann, "/comments").await, ["1", "2", "3", "4"]);
}
