//! Requests that few send: odd bodies, odd names, an answer that is too long to be held.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use underpin::{db::Engine, http::Method};

use super::{ids, person};
use crate::app::{
    config::{Dialect, Options},
    testing::Served,
};

/// An answer of more than eight megabytes is sent while it is made.
#[underpin::test]
async fn a_long_answer_is_a_script_for_whoever_names_a_function(engine: Engine) {
    let text = "\u{2028}".repeat(1000);
    let posts: Vec<_> = (1..=3000)
        .map(|id| json!({ "id": id, "text": text }))
        .collect();
    let options = Options::of_file("db.json").in_dialect(Dialect::V0);
    let ann = Served::new(engine, options, &json!({ "posts": posts }).to_string()).await;
    let plain = ann.get("/posts").await.expect_status(200);
    assert_eq!(plain.body(), Value::from(posts));
    let script = ann.get("/posts?callback=show(").await.expect_status(200);
    assert_eq!(
        script.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    let call = script
        .text()
        .strip_prefix("/**/ typeof show === 'function' && show(");
    let argument = call.and_then(|call| call.strip_suffix(");")).unwrap();
    assert!(!argument.contains('\u{2028}'), "it ends a line of a script");
    let argument: Value = serde_json::from_str(argument).unwrap();
    assert_eq!(argument, plain.body());
}

#[underpin::test]
async fn a_list_in_place_of_a_record_gives_it_numbers_as_properties(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    let replaced = ann.put("/posts/1", json!(["a", "b"])).await.ok();
    assert_eq!(replaced, json!({ "0": "a", "1": "b", "id": 1 }));
}

#[underpin::test]
async fn several_records_below_another_get_its_key(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    let made = ann.post(
        "/posts/2/comments",
        json!([{ "body": "x" }, { "postId": 7 }]),
    );
    let made = made.await.expect_status(201).body();
    assert_eq!(
        (&made[0]["postId"], &made[1]["postId"]),
        (&json!("2"), &json!("2"))
    );
    ann.post("/posts/2/comments", json!([{}, 5]))
        .await
        .expect_status(400);
    assert_eq!(ids(&ann, "/comments").await, [1, 2, 3, 4, 5, 6]);
}

#[underpin::test]
async fn a_record_is_changed_once_by_a_request(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    let twice = json!([{ "id": 1, "title": "a" }, { "id": 1, "title": "b" }]);
    let refused = ann.json(Method::PATCH, "/posts?_bulk", &twice).await;
    let refused = refused.expect_status(400).body();
    assert_eq!(refused["error"], "the same record is changed twice");
    for (body, told) in [
        (
            json!({ "id": 1 }),
            "the body must be an array of objects with ids",
        ),
        (json!([1]), "every item must be an object"),
        (json!([{ "title": "a" }]), "every item must have an id"),
    ] {
        let refused = ann.json(Method::PUT, "/posts?_bulk", &body).await;
        assert_eq!(refused.expect_status(400).body()["error"], told);
    }
    assert_eq!(ann.get("/posts/1").await.ok()["title"], "One");
}

#[underpin::test]
async fn an_address_with_a_bad_escape_is_told_in_the_originals_words(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    for path in ["/posts/%zz", "/posts/%zz/comments"] {
        let reply = ann.get(path).await.expect_status(500);
        assert_eq!(reply.text(), "URIError: Failed to decode param '%zz'");
    }
}

#[underpin::test]
async fn a_text_has_a_length_and_characters(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    assert_eq!(ids(&ann, "/posts?title.length=3").await, [1, 2]);
    assert_eq!(ids(&ann, "/posts?title.0=T").await, [2]);
}

/// As JavaScript's `slice`, and its links with it.
#[underpin::test]
async fn a_page_of_less_than_nothing_ends_before_the_last_record_with_strict(engine: Engine) {
    let strict = person(engine, |options| options.strict = true).await;
    let page = strict.get("/posts?_page=1&_limit=-1").await;
    let page = page.expect_status(200);
    assert_eq!(page.body()[0]["id"], 1);
    assert_eq!(page.body().as_array().unwrap().len(), 1);
    for link in [
        "?_page=1&_limit=-1>; rel=\"first\"",
        "?_page=2&_limit=-1>; rel=\"next\"",
        "?_page=-2&_limit=-1>; rel=\"last\"",
    ] {
        assert!(
            page.header("link").contains(link),
            "{}",
            page.header("link")
        );
    }
    let mended = person(engine, |_| {}).await;
    assert_eq!(ids(&mended, "/posts?_page=1&_limit=-1").await, [1, 2]);
}

#[underpin::test]
async fn an_order_that_is_no_text_is_a_fault_with_strict(engine: Engine) {
    let strict = person(engine, |options| options.strict = true).await;
    for (path, told) in [
        (
            "/posts?_sort=id&_sort=views",
            "TypeError: _sort.split is not a function",
        ),
        (
            "/posts?_sort=id&_order[a]=desc",
            "TypeError: (_order || \"\").split is not a function",
        ),
        (
            "/posts?q[a]=One",
            "TypeError: q.toLowerCase is not a function",
        ),
    ] {
        let reply = strict.get(path).await.expect_status(500);
        assert_eq!(reply.text(), told);
    }
    let mended = person(engine, |_| {}).await;
    for twice in [
        "/posts?_sort=nosuch&_sort=views&_order=asc&_order=desc",
        "/posts?_sort=title&_sort=views&_order=desc&_order=asc",
    ] {
        assert_eq!(ids(&mended, twice).await, [2, 1], "{twice}: as one list");
    }
}

#[underpin::test]
async fn an_answer_comes_as_late_as_it_is_asked_for(engine: Engine) {
    let ann = person(engine, |_| {}).await;
    let begun = Instant::now();
    assert_eq!(ids(&ann, "/posts?_delay=120&id=1").await, [1]);
    assert!(begun.elapsed() >= Duration::from_millis(120));
}
