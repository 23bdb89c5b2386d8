//! v1 over HTTP, on both engines: what the original's bugs are mended to, and what is added. The rest is in
//! the recordings.

mod bulk;
mod files;
mod odd;

use serde_json::{Value, json};
use underpin::{db::Engine, http::Method};

use crate::app::{
    config::{Ids, Options},
    testing::{Served, ids},
};

const DATA: &str = r#"{
    "posts": [
        {"id": 1, "title": "One", "views": 10, "meta": {"lang": "en"}},
        {"id": 2, "title": "Two", "views": 20, "meta": null},
        {"id": "x", "title": "Three", "views": 30}
    ],
    "comments": [
        {"id": "1", "postId": "1"}, {"id": "2", "postId": "2"}, {"id": "3", "postId": null}, {"id": "4"}
    ],
    "profile": {"name": "Ann"},
    "answer": 42,
    "a/b": [{"id": "1"}]
}"#;

async fn person(engine: Engine, change: fn(&mut Options)) -> Served {
    let mut options = Options::of_file("db.json");
    change(&mut options);
    Served::new(engine, options, DATA).await
}

#[underpin::test]
async fn ids_are_found_by_their_text(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    assert_eq!(ids(&ann, "/posts?id=1").await, ["1"]);
    assert_eq!(ids(&ann, "/posts?id:in=1,2").await, ["1", "2"]);
    assert_eq!(ids(&ann, "/posts?id:ne=1").await, ["2", "x"]);
    let strict = person(engine, |options| options.strict = true).await;
    assert_eq!(ids(&strict, "/posts?id=1").await, Vec::<Value>::new());
}

#[underpin::test]
async fn head_is_get_without_a_body(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    let head = ann
        .request(Method::HEAD, "/posts/1", "")
        .await
        .expect_status(200);
    assert_eq!(
        head.header("content-length"),
        ann.get("/posts/1").await.header("content-length")
    );
    assert!(head.bytes().is_empty());
    ann.request(Method::HEAD, "/posts/9", "")
        .await
        .expect_status(404);
    let strict = person(engine, |options| options.strict = true).await;
    strict
        .request(Method::HEAD, "/posts/1", "")
        .await
        .expect_status(400);
}

#[underpin::test]
async fn conditions_on_parts_need_the_object(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    assert_eq!(ids(&ann, "/posts?meta.lang=en").await, ["1"]);
    let strict = person(engine, |options| options.strict = true).await;
    assert_eq!(ids(&strict, "/posts?meta.lang=en").await, ["1", "2", "x"]);
}

#[underpin::test]
async fn parameters_of_the_other_dialect_are_named_where_they_empty_a_list(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    let reply = ann.get("/posts?_limit=2&q=x").await.expect_status(200);
    assert_eq!(reply.text(), "[]");
    assert_eq!(reply.header("x-unknown-parameters"), "_limit, q");
    let reply = ann.get("/posts?_sort=-views").await.expect_status(200);
    assert_eq!(reply.header("x-unknown-parameters"), "");
}

#[underpin::test]
async fn lists_tell_how_many_records_there_are_where_it_is_asked_for(engine: Engine) {
    let ann = person(engine, |options| options.total_count = true).await;
    for (path, total) in [
        ("/posts?_page=1", "3"),
        ("/posts", "3"),
        ("/posts?views=20", "1"),
    ] {
        let reply = ann.get(path).await.expect_status(200);
        assert_eq!(reply.header("x-total-count"), total, "{path}");
        assert_eq!(
            reply.header("access-control-expose-headers"),
            "X-Total-Count"
        );
    }
    let plain = person(engine, |_| {}).await;
    let reply = plain.get("/posts?_page=1").await.expect_status(200);
    assert_eq!(reply.header("x-total-count"), "", "as json-server sends it");
}

#[underpin::test]
async fn malformed_bodies_are_the_clients_fault(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    let reply = ann
        .request(Method::POST, "/posts", "{bad")
        .await
        .expect_status(400);
    assert_eq!(reply.header("content-type"), "application/json");
    ann.request(Method::POST, "/posts", "[1]")
        .await
        .expect_status(400);
    let strict = person(engine, |options| options.strict = true).await;
    let reply = strict
        .request(Method::POST, "/posts", "{bad")
        .await
        .expect_status(500);
    assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
}

#[underpin::test]
async fn dependents_that_were_null_before_stay(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    ann.delete("/posts/1?_dependent=comments")
        .await
        .expect_status(200);
    assert_eq!(ids(&ann, "/comments").await, ["2", "3", "4"]);
    ann.delete("/posts/2").await.expect_status(200);
    assert_eq!(ann.get("/comments/2").await.ok()["postId"], Value::Null);
    let strict = person(engine, |options| options.strict = true).await;
    strict
        .delete("/posts/1?_dependent=comments")
        .await
        .expect_status(200);
    assert_eq!(ids(&strict, "/comments").await, ["2", "4"]);
    let keeping = person(engine, |options| options.keep_dependents = true).await;
    keeping
        .delete("/posts/1?_dependent=comments")
        .await
        .expect_status(200);
    assert_eq!(keeping.get("/comments/1").await.ok()["postId"], "1");
}

#[underpin::test]
async fn numbers_as_ids(engine: Engine) {
    let ann = person(engine, |options| options.ids = Ids::Number).await;
    let made = ann
        .post("/posts", json!({"title": "new"}))
        .await
        .expect_status(201)
        .body();
    assert_eq!(made, json!({"title": "new", "id": "3"}));
    let made = person(engine, |_| {})
        .await
        .post("/posts", json!({}))
        .await
        .body();
    assert_eq!(made["id"].as_str().unwrap().len(), 11);
}

#[underpin::test]
async fn embedded_records_can_be_looked_at(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    assert_eq!(
        ids(&ann, "/comments?_embed=post&post.title=One").await,
        ["1"]
    );
    let page = ann
        .get("/comments?_embed=post&_sort=-post.views&_page=1&_per_page=2&post.views:gt=0")
        .await
        .ok();
    assert_eq!(page["items"], 2);
    assert_eq!(page["data"][0]["post"]["title"], "Two");
    assert!(
        ann.get("/comments/3?_embed=post")
            .await
            .ok()
            .get("post")
            .is_none()
    );
    assert_eq!(
        ann.get("/posts/1?_embed=comments").await.ok()["comments"][0]["id"],
        "1"
    );
}

#[underpin::test]
async fn several_records_at_once_or_none(engine: Engine) {
    let ann = person(engine, |options| options.ids = Ids::Number).await;
    ann.post("/posts", json!([{"a": 1}]))
        .await
        .expect_status(400);
    let made = ann
        .post("/posts?_bulk", json!([{"a": 1}, {"a": 2}]))
        .await
        .expect_status(201);
    assert_eq!(
        made.body(),
        json!([{"a": 1, "id": "3"}, {"a": 2, "id": "4"}])
    );
    ann.json(
        Method::PATCH,
        "/posts?_bulk",
        &json!([{"id": "3", "a": 3}, {"id": "9"}]),
    )
    .await
    .expect_status(404);
    assert_eq!(ann.get("/posts/3").await.ok()["a"], 1);
    ann.json(Method::PATCH, "/posts?_bulk", &json!([{"id": "3", "a": 3}]))
        .await
        .expect_status(200);
    assert_eq!(ann.get("/posts/3").await.ok()["a"], 3);
    ann.delete("/posts?_bulk").await.expect_status(400);
    ann.delete("/posts?_bulk&id:in=3,4")
        .await
        .expect_status(200);
    assert_eq!(ids(&ann, "/posts").await, ["1", "2", "x"]);
}

#[underpin::test]
async fn values_that_are_no_lists(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    assert_eq!(ann.get("/answer").await.text(), "42");
    ann.get("/answer/1").await.expect_status(404);
    assert_eq!(
        ann.put("/answer", json!({"now": "object"})).await.ok(),
        json!({"now": "object"})
    );
    assert_eq!(ann.get("/a%2Fb/1").await.ok()["id"], "1");
    for path in [
        "/constructor",
        "/__proto__",
        "/$schema",
        "/profile/name",
        "/posts/1/comments",
    ] {
        ann.get(path).await.expect_status(404);
    }
    ann.get("/posts/%E0%A4%A").await.expect_status(400);
    let nothing = ann.post("/", json!({})).await.expect_status(404);
    assert_eq!(nothing.text(), "Not Found");
}

#[underpin::test]
async fn read_only_refuses_writing(engine: Engine) {
    let ann = person(engine, |options| options.read_only = true).await;
    ann.delete("/posts/1").await.expect_status(403);
    ann.get("/posts/1").await.expect_status(200);
}

#[underpin::test]
async fn nothing_is_called_by_a_name_that_a_database_cannot_hold(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    let body = json!({"a": 1});
    for (method, path) in [
        (Method::GET, "/%00"),
        (Method::GET, "/a%00b/1"),
        (Method::POST, "/a%00b"),
        (Method::PUT, "/a%00b"),
        (Method::PATCH, "/a%00b/1"),
        (Method::DELETE, "/a%00b/1?_dependent=%00"),
        (Method::DELETE, "/posts?_bulk&id=no&_embed=%00"),
    ] {
        let reply = ann.json(method, path, &body).await;
        assert!(reply.status().as_u16() < 500, "{path}: {}", reply.text());
    }
    assert_eq!(ann.get("/posts/x?_embed=%00").await.ok()["id"], "x");
    ann.get("/a%00b").await.expect_status(404);
}
