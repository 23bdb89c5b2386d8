//! Books over HTTP, through the whole app, on a fresh database of each kind.

use serde_json::json;
use underpin::{db::Engine, testing::TestApp};

use crate::app::app;

#[underpin::test]
async fn a_book_is_finished_once(engine: Engine) {
    let reader = TestApp::new(app(), engine).await.stranger();
    let book = reader
        .post("/books/", json!({ "title": "Middlemarch", "pages": 880 }))
        .await;
    let book = book.expect_status(201).body();
    assert_eq!(book["finished"], false);

    let path = format!("/books/{}/finish", book["id"]);
    assert_eq!(reader.post(&path, json!({})).await.ok()["finished"], true);
    reader.post(&path, json!({})).await.expect_status(409);
    reader
        .post("/books/0/finish", json!({}))
        .await
        .expect_status(404);
}

#[underpin::test]
async fn the_list_shows_what_is_left_to_read(engine: Engine) {
    let reader = TestApp::new(app(), engine).await.stranger();
    for title in ["Emma", "Persuasion"] {
        reader
            .post("/books/", json!({ "title": title }))
            .await
            .expect_status(201);
    }
    let first = reader.get("/books/").await.ok()[0]["id"].clone();
    reader
        .post(&format!("/books/{first}/finish"), json!({}))
        .await
        .ok();

    let left = reader.get("/books/?finished=false").await.ok();
    assert_eq!(left.as_array().map(Vec::len), Some(1));
    assert_eq!(left[0]["title"], "Persuasion");
    reader
        .delete(&format!("/books/{first}"))
        .await
        .expect_status(204);
    reader
        .delete(&format!("/books/{first}"))
        .await
        .expect_status(404);
}

#[underpin::test]
async fn every_mistake_is_named_at_once(engine: Engine) {
    let reader = TestApp::new(app(), engine).await.stranger();
    let refused = reader
        .post("/books/", json!({ "title": "", "pages": 0 }))
        .await;
    let mistakes = refused.expect_status(422).body();
    assert_eq!(mistakes["detail"][0]["loc"], json!(["body", "title"]));
    assert_eq!(
        mistakes["detail"][1]["msg"],
        "Input should be greater than or equal to 1"
    );
    assert_eq!(reader.get("/books/").await.ok(), json!([]));
}
