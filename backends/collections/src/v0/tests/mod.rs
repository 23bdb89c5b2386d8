//! v0 over HTTP, on both engines: what the original's bugs are mended to, and what is added. The rest is
//! in the recordings.

mod bodies;
mod files;
mod odd;

use serde_json::{Value, json};
use underpin::{db::Engine, http::Method};

use crate::app::{
    config::{Dialect, Options},
    testing::{Served, ids},
};

const DATA: &str = r#"{
    "posts": [{"id": 1, "title": "One", "views": 10}, {"id": 2, "title": "Two", "views": 20, "x_gt": 1}],
    "comments": [
        {"id": 1, "postId": 1, "body": "a"},
        {"id": 2, "postId": 2, "body": "b"},
        {"id": 3, "postId": null, "body": "c"},
        {"id": 4, "postId": 9, "body": "dangling"}
    ],
    "likes": [{"id": 1, "commentId": 1}],
    "odd": [{"id": null, "n": 1}, {"id": "a", "n": 2}, {"n": 3}],
    "données": [{"id": 1}],
    "profile": {"name": "Ann"}
}"#;

async fn person(engine: Engine, change: fn(&mut Options)) -> Served {
    let mut options = Options::of_file("db.json").in_dialect(Dialect::V0);
    change(&mut options);
    Served::new(engine, options, DATA).await
}

#[underpin::test]
async fn a_taken_id_is_a_conflict_and_nothing_is_lost(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    let refused = ann
        .post("/posts", json!({"id": "1"}))
        .await
        .expect_status(409);
    assert_eq!(refused.body()["error"], "Insert failed, duplicate id");
    assert_eq!(ids(&ann, "/posts").await, [1, 2]);
    let strict = person(engine, |options| options.strict = true).await;
    let refused = strict
        .post("/posts", json!({"id": "1"}))
        .await
        .expect_status(500);
    assert_eq!(refused.text(), "Error: Insert failed, duplicate id");
    assert_eq!(refused.header("content-type"), "text/html; charset=utf-8");
}

#[underpin::test]
async fn a_list_without_ids_takes_new_records_but_not_with_strict(engine: Engine) {
    let data = r#"{"odd": [{"t": 1}, {"t": 2, "id": null}]}"#;
    for (strict, status) in [(false, 201), (true, 500)] {
        let mut options = Options::of_file("db.json").in_dialect(Dialect::V0);
        options.strict = strict;
        let ann = Served::new(engine, options, data).await;
        let made = ann.post("/odd", json!({"t": 3})).await;
        made.expect_status(status);
    }
}

#[underpin::test]
async fn bad_json_is_told_in_javascripts_words(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    let json = ann.clone().with_header("content-type", "application/json");
    let reply = json
        .request(Method::POST, "/posts", "5")
        .await
        .expect_status(400);
    let words = "SyntaxError: Unexpected token &#39;5&#39;, &quot;5&quot; is not valid JSON";
    assert!(reply.text().contains(words), "{}", reply.text());
}

#[underpin::test]
async fn bad_expressions_are_the_clients_fault(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    ann.get("/posts?title_like=(").await.expect_status(400);
    assert_eq!(ids(&ann, "/posts?nosuch_like=(").await, Vec::<Value>::new());
    ann.get("/posts?q[a]=x").await.expect_status(400);
    let strict = person(engine, |options| options.strict = true).await;
    let refused = strict.get("/posts?title_like=(").await.expect_status(500);
    let words = "SyntaxError: Invalid regular expression: /(/i: Unterminated group";
    assert_eq!(refused.text(), words);
}

#[underpin::test]
async fn an_expression_that_is_too_hard_for_many_records_is_refused(engine: Engine) {
    let hard = format!("{}b", "a".repeat(40));
    let words = |count: usize| -> String {
        let words: Vec<_> = (0..count)
            .map(|id| json!({ "id": id, "w": hard }))
            .collect();
        json!({ "words": words }).to_string()
    };
    for (count, status) in [(40, 200), (120, 400)] {
        let options = Options::of_file("db.json").in_dialect(Dialect::V0);
        let ann = Served::new(engine, options, &words(count)).await;
        for _ in 0..2 {
            ann.get("/words?w_like=^(?:a%7C(?=a)a)*$")
                .await
                .expect_status(status);
        }
        ann.get("/words?w_like=^(a*)*b").await.expect_status(200);
        ann.get("/words?w_like=^(?=a)").await.expect_status(200);
    }
}

#[underpin::test]
async fn an_expression_that_is_hard_finds_everything_or_is_refused(engine: Engine) {
    let hard = format!("{}b", "a".repeat(12));
    let words = (0..70).map(|id| json!({ "id": id, "w": hard }));
    let words: Vec<_> = words.collect();
    let options = Options::of_file("db.json").in_dialect(Dialect::V0);
    let ann = Served::new(engine, options, &json!({ "words": words }).to_string()).await;
    for _ in 0..2 {
        for sort in ["", "&_sort=id&_order=desc"] {
            let path = format!("/words?w_like=^(?:(?:a%7C(?=a)a)*c%7Ca*b)${sort}");
            assert_eq!(ids(&ann, &path).await.len(), 70, "{path}");
        }
    }
}

#[underpin::test]
async fn a_deletion_takes_its_own_dependents_along_and_no_others(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    ann.delete("/posts/1").await.expect_status(200);
    assert_eq!(ids(&ann, "/comments").await, [2, 3, 4]);
    assert_eq!(ids(&ann, "/likes").await, [1], "one level, as the original");
    ann.delete("/posts/1").await.expect_status(404);
    assert_eq!(ids(&ann, "/comments").await, [2, 3, 4]);
    let keeping = person(engine, |options| options.keep_dependents = true).await;
    keeping.delete("/posts/1").await.expect_status(200);
    assert_eq!(ids(&keeping, "/comments").await, [1, 2, 3, 4]);
    let strict = person(engine, |options| options.strict = true).await;
    strict.delete("/posts/1").await.expect_status(500);
    assert_eq!(ids(&strict, "/posts").await, [2]);
}

#[underpin::test]
async fn records_without_keys_do_not_break_a_list(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    let comments = ann.get("/comments?_expand=post").await.ok();
    assert_eq!(comments[0]["post"]["title"], "One");
    assert!(comments[2].get("post").is_none());
    assert_eq!(ann.get("/odd/a").await.ok()["n"], 2);
    let strict = person(engine, |options| options.strict = true).await;
    strict
        .get("/comments?_expand=post")
        .await
        .expect_status(500);
    strict.get("/odd/a").await.expect_status(500);
}

#[underpin::test]
async fn a_nested_record_has_the_text_of_the_address_as_its_key(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    let made = ann
        .post("/posts/1/comments", json!({"body": "new"}))
        .await
        .expect_status(201);
    assert_eq!(made.body()["postId"], "1");
    assert_eq!(made.header("location"), "http://test/posts/1/comments/5");
    assert_eq!(ids(&ann, "/posts/1/comments").await, [1, 5]);
    ann.get("/nosuch/1/comments").await.expect_status(404);
    let strict = person(engine, |options| options.strict = true).await;
    let made = strict
        .post("/posts/1/comments", json!({}))
        .await
        .expect_status(201);
    assert_eq!(made.body()["postId"], "1");
    assert_eq!(
        strict
            .get("/nosuch/1/comments")
            .await
            .ok()
            .as_array()
            .unwrap()
            .len(),
        5
    );
}

#[underpin::test]
async fn names_that_are_not_ascii_are_reached(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    assert_eq!(ids(&ann, "/donn%C3%A9es").await, [1]);
    let strict = person(engine, |options| options.strict = true).await;
    strict.get("/donn%C3%A9es").await.expect_status(404);
}

#[underpin::test]
async fn above_and_below(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    assert_eq!(ids(&ann, "/posts?views_gt=10").await, [2]);
    assert_eq!(ids(&ann, "/posts?views_lt=20").await, [1]);
    // A property of that name is a property.
    assert_eq!(ids(&ann, "/posts?x_gt=1").await, [2]);
    assert_eq!(ids(&ann, "/posts?nosuch_gt=1").await, [1, 2]);
    let strict = person(engine, |options| options.strict = true).await;
    assert_eq!(ids(&strict, "/posts?views_gt=10").await, [1, 2]);
}

#[underpin::test]
async fn several_records_at_once_or_none(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    let made = ann
        .post("/posts", json!([{"title": "a"}, {"title": "b", "id": "x"}]))
        .await;
    assert_eq!(
        made.expect_status(201).body(),
        json!([{"title": "a", "id": 3}, {"title": "b", "id": "x"}])
    );
    ann.post("/posts", json!([{"id": 50}, {"id": 1}]))
        .await
        .expect_status(409);
    ann.post("/posts", json!([{"id": 50}, 5]))
        .await
        .expect_status(400);
    assert_eq!(
        ids(&ann, "/posts").await,
        [json!(1), json!(2), json!(3), json!("x")]
    );
    let changes = json!([{"id": 1, "views": 0}, {"id": "x", "views": 1}]);
    let merged = ann.json(Method::PATCH, "/posts?_bulk", &changes).await;
    assert_eq!(merged.ok()[0], json!({"id": 1, "title": "One", "views": 0}));
    ann.json(Method::PUT, "/posts?_bulk", &json!([{"id": 1}, {"id": 99}]))
        .await
        .expect_status(404);
    assert_eq!(ann.get("/posts/1").await.ok()["title"], "One");
    ann.delete("/posts?_bulk").await.expect_status(400);
    ann.delete("/posts?_bulk&id=3&id=x")
        .await
        .expect_status(200);
    assert_eq!(ids(&ann, "/posts").await, [1, 2]);
    ann.delete("/posts").await.expect_status(404);
}

#[underpin::test]
async fn tags_codings_and_no_cors(engine: Engine) {
    let ann = person(engine, |options| options.no_cors = true).await;
    let reply = ann.get("/profile").await.expect_status(200);
    assert_eq!(reply.header("vary"), "Accept-Encoding");
    let known = ann
        .clone()
        .with_header("if-none-match", reply.header("etag"));
    let unchanged = known.get("/profile").await.expect_status(304);
    assert!(unchanged.bytes().is_empty() && unchanged.header("content-type").is_empty());
    let options = ann
        .request(Method::OPTIONS, "/posts/1", "")
        .await
        .expect_status(200);
    assert_eq!(options.header("allow"), "GET,PUT,PATCH,DELETE,HEAD");
    let head = ann
        .request(Method::HEAD, "/profile", "")
        .await
        .expect_status(200);
    assert_eq!(
        head.header("content-length"),
        reply.header("content-length")
    );
    assert!(head.bytes().is_empty());
}

#[underpin::test]
async fn read_only_refuses_everything_but_get(engine: Engine) {
    let ann = person(engine, |options| options.read_only = true).await;
    ann.delete("/posts/1").await.expect_status(403);
    ann.request(Method::HEAD, "/posts/1", "")
        .await
        .expect_status(403);
    assert_eq!(ids(&ann, "/posts").await, [1, 2]);
}

#[underpin::test]
async fn nothing_is_called_by_a_name_that_a_database_cannot_hold(engine: Engine) {
    let data = r#"{"posts": [{"id": 1}], "comments": [{"id": 1, "postId": 1}]}"#;
    let options = Options::of_file("db.json").in_dialect(Dialect::V0);
    let ann = Served::new(engine, options, data).await;
    for path in ["/a%00b", "/a%00b/1", "/a%00b/1/comments"] {
        ann.get(path).await.expect_status(404);
    }
    for path in ["/posts/1?_embed=%00", "/comments?_expand=%00"] {
        ann.get(path).await.expect_status(200);
    }
}
