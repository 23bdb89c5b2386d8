//! Requests that few send: values that are no lists, bodies that are no objects, answers that come late.

use std::time::{Duration, Instant};

use serde_json::json;
use underpin::{db::Engine, http::Method};

use super::{ids, person};
use crate::app::{config::Options, testing::Served};

#[underpin::test]
async fn a_text_that_is_merged_into_falls_into_its_characters(engine: Engine) {
    let data = r#"{"word": "hé", "nothing": null, "number": 5}"#;
    let ann = Served::new(engine, Options::of_file("db.json"), data).await;
    assert_eq!(ann.get("/word").await.expect_status(200).text(), "hé");
    assert_eq!(ann.get("/nothing").await.expect_status(200).text(), "");
    for (path, merged) in [
        ("/word", json!({ "0": "h", "1": "é", "now": true })),
        ("/nothing", json!({ "now": true })),
        ("/number", json!({ "now": true })),
    ] {
        let reply = ann.json(Method::PATCH, path, &json!({ "now": true })).await;
        assert_eq!(reply.ok(), merged, "{path}");
        assert_eq!(ann.get(path).await.ok(), merged, "{path}");
    }
}

#[underpin::test]
async fn what_is_no_object_takes_no_records_place(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    for (method, path) in [
        (Method::POST, "/posts"),
        (Method::PUT, "/posts/1"),
        (Method::PATCH, "/posts/1"),
        (Method::PUT, "/profile"),
        (Method::PUT, "/$schema"),
    ] {
        let refused = ann.json(method, path, &json!(["a"])).await;
        let refused = refused.expect_status(400).body();
        assert_eq!(refused["error"], "Body must be a JSON object", "{path}");
    }
    let object = json!({ "title": "x" });
    for (method, path) in [
        (Method::PUT, "/posts"),
        (Method::PATCH, "/nosuch"),
        (Method::PUT, "/posts/9"),
        (Method::DELETE, "/posts/9"),
    ] {
        let refused = ann.json(method, path, &object).await;
        refused.expect_status(404);
    }
    assert_eq!(ids(&ann, "/posts").await, ["1", "2", "x"]);
    assert_eq!(ann.get("/posts/1").await.ok()["title"], "One");
    assert_eq!(ann.get("/profile").await.ok(), json!({ "name": "Ann" }));
}

#[underpin::test]
async fn every_answer_comes_as_late_as_it_is_told_to(engine: Engine) {
    let late = |options: &mut Options| options.delay = Some(Duration::from_millis(120));
    let ann = person(engine, late).await;
    let begun = Instant::now();
    ann.get("/posts/1").await.expect_status(200);
    assert!(begun.elapsed() >= Duration::from_millis(120));
}
